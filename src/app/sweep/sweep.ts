import { faultOf } from "../../core/errors.ts";
import { DAY_MS } from "../../core/retention/day.ts";
import { firstKeptDay, type Retention } from "../../core/retention/settings.ts";
import type { Instant } from "../../core/run/model/state.ts";
import { collectOrphanedResults, expireResults } from "./cached-results.ts";
import { expireDeadLetters, resolveDone } from "./dead-letters.ts";
import { forEach, SomeFailed } from "./each.ts";
import { expireQuarantine } from "./expired-quarantine.ts";
import { expireRuns } from "./expired-runs.ts";
import { askedOnce } from "./held-values.ts";
import { SWEEP_LIMITS, type SweepLimits } from "./limits.ts";
import { collectOrphanedObjects } from "./orphaned-objects.ts";
import type { SweepPorts } from "./ports.ts";
import { expireTriggers } from "./triggers.ts";
import { forgetGhosts } from "./unfinished-runs.ts";
import { collectDoubtfulValues } from "./doubtful-values.ts";
import { collectOrphanedValues } from "./orphaned-values.ts";
import type { Log } from "../../spi/log.ts";
import { eraseRecords } from "../archive/archive-eraser.ts";

export interface SweepSettings {
  readonly retention: Retention;
  readonly limits?: SweepLimits;
}

/** What a sweep did: how many of each thing, and which chores failed. */
export interface SweepReport {
  readonly done: Readonly<Record<string, number>>;
  readonly failed: readonly string[];
}

/** A deleted run is remembered for a day: no consumer that has its record lives that long. */
const DELETION_MEMORY_MS = DAY_MS;

/**
 * Deletes what is over and mends what a crash left behind. Every chore is bounded, safe to repeat, to break off anywhere
 * and to run twice at once; one that fails does not keep the others from their work. Never rejects.
 */
export async function sweep(ports: SweepPorts, settings: SweepSettings, now: Instant): Promise<SweepReport> {
  const { retention, limits = SWEEP_LIMITS } = settings;
  const firstKept = firstKeptDay(retention, now);
  const live = askedOnce(ports.coordinator);
  const chores: readonly (readonly [string, () => Promise<number>])[] = [
    ["erased_objects", () => eraseWhatIsDue(ports, limits)],
    ["resolved_dead_letters", () => resolveDone(ports, now, limits)],
    ["forgotten_ghosts", () => forgetGhosts(ports, now, limits)],
    ["forgotten_deletions", () => forgetDeletions(ports, now, limits)],
    ["orphaned_objects", () => collectOrphanedObjects(ports, now, limits)],
    ["doubtful_values", () => collectDoubtfulValues(ports, live, now, limits)],
    ["expired_results", () => expireResults(ports, firstKept, now, limits)],
    ["forgotten_breakers", () => ports.breakerBoard.forgetBefore(now - DAY_MS, limits.objects)],
    ["orphaned_results", () => collectOrphanedResults(ports, now, limits)],
    ...(firstKept === null
      ? []
      : ([
          ["expired_quarantine", () => expireQuarantine(ports, firstKept, limits)],
          ["expired_runs", () => expireRuns(ports, firstKept, now, limits)],
          ["expired_dead_letters", () => expireDeadLetters(ports, firstKept, limits)],
          ["expired_triggers", () => expireTriggers(ports, firstKept, limits)],
          ["orphaned_values", () => collectOrphanedValues(ports, live, firstKept, limits)],
        ] as const)),
  ];
  const done: Record<string, number> = {};
  const failed: string[] = [];
  for (const [name, chore] of chores) {
    try {
      const count = await chore();
      if (count > 0) done[name] = count;
    } catch (thrown) {
      failed.push(name);
      note(name, thrown, ports.log);
    }
  }
  return { done, failed };
}

/** A line for each owner that was left behind: the others are done. */
function note(chore: string, thrown: unknown, log: Log): void {
  const failures = thrown instanceof SomeFailed ? thrown.failures : [{ item: null, thrown }];
  for (const { item, thrown: own } of failures)
    log.warn("a chore of the sweep failed; the next sweep does it", {
      correlation_id: "sweep",
      ...{ chore, item },
      code: faultOf(own).code,
      error: own instanceof Error ? own.message : "unknown",
    });
}

async function eraseWhatIsDue(ports: SweepPorts, limits: SweepLimits): Promise<number> {
  const due = await ports.archiveBook.erasures(limits.objects);
  const objects = new Set(due.map(({ object }) => object));
  await forEach(objects, (object) => eraseRecords(object, ports));
  return objects.size;
}

async function forgetDeletions({ retention }: SweepPorts, now: Instant, limits: SweepLimits): Promise<number> {
  let forgotten = 0;
  await forEach(await retention.tenants(), async (tenant) => {
    forgotten += await retention.forgetDeletions(tenant, now - DELETION_MEMORY_MS, limits.objects);
  });
  return forgotten;
}
