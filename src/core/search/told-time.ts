import { ringOf } from "../run/model/run-id.ts";
import type { Instant, RunId } from "../run/model/state.ts";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Behind `r<ring, 2 hex>_`. */
const TIME_DIGITS = { from: 4, to: 14 };
const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/**
 * A run that was assigned its correlation id when its request arrived is created within this time of it, or has to be
 * found otherwise.
 */
export const CORRELATION_SPAN_MS = 1_000;

/**
 * The moment the first digits of a run id say, or null when the text is no run id. What a ULID says is when it was made;
 * the digits of an id that follows from an idempotency key say any moment.
 */
export function toldByRunId(id: RunId): Instant | null {
  if (ringOf(id) === null) return null;
  let told = 0;
  for (const digit of id.slice(TIME_DIGITS.from, TIME_DIGITS.to)) told = told * 32 + CROCKFORD.indexOf(digit);
  return told;
}

/** The moment a UUID of version 7 was made (RFC 9562), or null for any other text. */
export const toldByUuid = (id: string): Instant | null =>
  VERSION_7.test(id) ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : null;

/**
 * A UUID of version 7.
 *
 * @param now milliseconds since the epoch
 * @param random a UUID of version 4, whose last 74 random bits it keeps
 */
export function timedUuid(now: Instant, random: string): string {
  const time = now.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

/** Whether a run's id says when it was created, so that its place in a list by time is known from the id alone. */
export const isToldById = (run: { readonly runId: RunId; readonly createdAt: Instant }): boolean =>
  toldByRunId(run.runId) === run.createdAt;

/** Whether a run was created within CORRELATION_SPAN_MS of the moment its correlation id says. */
export function isToldByCorrelation(run: { readonly correlationId: string; readonly createdAt: Instant }): boolean {
  const told = toldByUuid(run.correlationId);
  return told !== null && run.createdAt >= told && run.createdAt < told + CORRELATION_SPAN_MS;
}
