import { fault, type Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import type { Instant } from "../run/model/state.ts";
import { DAY_MS, dayOf, type Day } from "./day.ts";

/** How long things are kept. */
export interface Retention {
  /** Whole days after the day a run was archived, or a message died; 0 for ever. */
  readonly days: number;
}

/** A century: more is a mistake in the units. */
const MOST_DAYS = 36_500;

/** Reads the variable RETENTION_DAYS. INVALID_CONFIGURATION for anything but a whole number of days. */
export function readRetention(text: string | undefined): Result<Retention, Fault> {
  const days = /^\d{1,5}$/.test(text ?? "") ? Number(text) : Number.NaN;
  if (days <= MOST_DAYS) return ok({ days });
  return err(
    fault("INVALID_CONFIGURATION", "RETENTION_DAYS must be a whole number of days, 0 to keep everything for ever", {
      place: "RETENTION_DAYS",
      hint: 'wrangler.toml: RETENTION_DAYS = "30"',
    }),
  );
}

/** What belongs to an earlier day than this is to be deleted; null when nothing ever is. */
export const firstKeptDay = ({ days }: Retention, now: Instant): Day | null =>
  days === 0 ? null : dayOf(now - days * DAY_MS);
