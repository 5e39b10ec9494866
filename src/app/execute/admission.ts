import { faultOf } from "../../core/errors.ts";
import type { Holder, Turn } from "../../core/limit/book.ts";
import { workItemLimits, type LimitId, type WorkItemLimit } from "../../core/limit/work-item-limits.ts";
import type { Deferral, SourceId, WorkItem } from "../../core/run/dispatch/work-item.ts";
import type { StoredValue } from "../../core/run/model/value.ts";
import type { Clock } from "../../spi/clock.ts";
import type { Leaving, Limiter } from "../../spi/limiter.ts";
import type { Log } from "../../spi/log.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";

export interface AdmissionPorts {
  readonly coordinator: RunCoordinator;
  readonly clock: Clock;
  readonly log: Log;
  readonly limiter: Limiter;
  /** How many queued work items of a tenant may be under way at once; null for any number. */
  readonly tenantSlots: number | null;
}

/** A work with its values and the limits it must pass. */
export interface Applicant {
  readonly item: WorkItem;
  readonly limits: readonly WorkItemLimit[];
}

/** When a limit cannot be reached, its work items ask again after this long, in milliseconds. */
const UNREACHED_MS = 5_000;

/** The limits of a work item; none when nothing is limited here. */
export const limitsFor = (
  item: WorkItem,
  values: Readonly<Record<SourceId, StoredValue>>,
  { tenantSlots, clock }: AdmissionPorts,
): readonly WorkItemLimit[] => workItemLimits(item, values, tenantSlots, clock.now());

/**
 * Asks every limit of every work item: a work item gets all of its turns or none. Null means let through; a refused work item gives
 * back what it had. In each round every work item asks its next limit, so a limit hears of many work items in one call.
 */
export async function admit(
  applicants: readonly Applicant[],
  ports: AdmissionPorts,
): Promise<readonly (Deferral | null)[]> {
  const refusals = new Map<Applicant, Deferral & { readonly limit: LimitId }>();
  const rounds = Math.max(0, ...applicants.map(({ limits }) => limits.length));
  for (let round = 0; round < rounds; round++) {
    const asking = applicants.filter((one) => !refusals.has(one) && one.limits.length > round);
    const byLimit = Map.groupBy(asking, ({ limits }) => limits[round]?.id ?? "");
    await Promise.all(
      [...byLimit].map(async ([id, group]) => {
        const turns = await ask(id, group, round, ports);
        group.forEach((one, place) => {
          const turn = turns[place];
          if (turn && !turn.granted)
            refusals.set(one, { limit: id, by: one.limits[round]?.label ?? "", retryInMs: turn.retryInMs });
        });
      }),
    );
  }
  const refused = applicants.filter((one) => refusals.has(one));
  await giveBack(refused, "unused", ports, (one, limit) => limit.id !== refusals.get(one)?.limit);
  return applicants.map((one) => {
    const refusal = refusals.get(one);
    return refusal ? { by: refusal.by, retryInMs: refusal.retryInMs } : null;
  });
}

/** The work items have ended and their rings know: their turns go to those who wait, who are told at once. */
export const dismiss = (applicants: readonly Applicant[], ports: AdmissionPorts): Promise<void> =>
  giveBack(applicants, "ended", ports);

async function ask(
  id: LimitId,
  group: readonly Applicant[],
  round: number,
  ports: AdmissionPorts,
): Promise<readonly Turn[]> {
  const requests = group.flatMap(({ limits }) => limits[round]?.request ?? []);
  try {
    const { turns, called } = await ports.limiter.acquire(id, requests);
    await call(id, called, ports);
    return turns;
  } catch (thrown) {
    warn("a limit did not answer; its work items ask again", thrown, group[0]?.item, ports);
    return requests.map(() => ({ granted: false, retryInMs: UNREACHED_MS }));
  }
}

async function giveBack(
  applicants: readonly Applicant[],
  how: Leaving["how"],
  ports: AdmissionPorts,
  which: (applicant: Applicant, limit: WorkItemLimit) => boolean = () => true,
): Promise<void> {
  const leaving = new Map<LimitId, Leaving[]>();
  for (const applicant of applicants) {
    for (const limit of applicant.limits) {
      // What began within a stretch of time has begun, however it ended.
      if (!which(applicant, limit) || (how === "ended" && limit.request.allows.kind === "rate")) continue;
      const { holder, token } = limit.request;
      const known = leaving.get(limit.id);
      if (known) known.push({ holder, token, how });
      else leaving.set(limit.id, [{ holder, token, how }]);
    }
  }
  await Promise.all(
    [...leaving].map(async ([id, own]) => {
      try {
        await call(id, await ports.limiter.release(id, own), ports);
      } catch (thrown) {
        warn("a turn was not given back; it ends with its time", thrown, applicants[0]?.item, ports);
      }
    }),
  );
}

/** Tells rings that it is their work items' turn. A turn that nobody waits for any more goes to the next in the line. */
async function call(id: LimitId, called: readonly Holder[], ports: AdmissionPorts): Promise<void> {
  for (let next = called; next.length > 0;) {
    const idle = await ports.coordinator.admit(next);
    const leaving = idle.map((holder): Leaving => ({ holder, token: "", how: "unused" }));
    next = leaving.length === 0 ? [] : await ports.limiter.release(id, leaving);
  }
}

function warn(message: string, thrown: unknown, item: WorkItem | undefined, { log }: AdmissionPorts): void {
  const { correlationId, runId } = item ?? { correlationId: "", runId: "" };
  log.warn(message, { correlation_id: correlationId, run_id: runId, code: faultOf(thrown).code });
}
