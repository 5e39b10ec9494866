import { textHash, valueHash } from "../run/model/hash.ts";
import type { Instant } from "../run/model/state.ts";
import { isRef, type StoredValue } from "../run/model/value.ts";
import { sourceId, type SourceId, type Work } from "../run/dispatch/work.ts";
import type { TurnRequest } from "./book.ts";
import { limitLabel, type Allowance, type LimitLabel } from "./limit.ts";

/** Names one limit across all rings: `default/node/send_mail/slots`. Values that separate limits are in it as hashes. */
export type LimitId = string;

/** A limit that a work must pass. */
export interface WorkLimit {
  readonly id: LimitId;
  readonly label: LimitLabel;
  readonly request: TurnRequest;
}

/** Beyond its steps' timeouts a work may take this long to report its answer. */
const REPORT_MS = 5_000;

/**
 * Every limit of a work, each once, in the one order in which all works ask: two works that need the same two limits
 * never hold one each. `tenantSlots` is how many queued works of a tenant may be under way at once, or null.
 */
export function workLimits(
  work: Work,
  values: Readonly<Record<SourceId, StoredValue>>,
  tenantSlots: number | null,
  now: Instant,
): readonly WorkLimit[] {
  const found = new Map<LimitId, WorkLimit>();
  const timeouts = work.steps.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0);
  const turn = {
    holder: { runId: work.runId, segment: work.segment },
    token: work.token,
    // A lease that is nearly over still leaves its steps their time.
    holdMs: Math.max(work.expiresAt - now, timeouts + REPORT_MS),
    priority: work.priority ?? 0,
    since: work.since ?? now,
  };
  const add = (path: string, label: LimitLabel, allows: Allowance): void => {
    const id = `${work.tenant}/${path}/${allows.kind}`;
    if (!found.has(id)) found.set(id, { id, label, request: { ...turn, allows } });
  };
  if (tenantSlots !== null) add("tenant", "the tenant", { kind: "slots", max: tenantSlots });
  for (const step of work.steps) {
    for (const limit of step.limits ?? []) {
      const scope = limit.group === null ? `node/${step.node}` : `group/${limit.group}`;
      const source = limit.key === null ? undefined : step.inputs[limit.key];
      const by = limit.key === null ? "" : `/${separator(source && values[sourceId(source)])}`;
      add(`${scope}${by}`, limitLabel(limit, step.node), limit.allows);
    }
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Stands for a value without telling it; an input that is left out is a value of its own. */
function separator(value: StoredValue | undefined): string {
  if (value === undefined) return textHash("");
  return isRef(value) ? value.ref.sha256 : valueHash(value.v);
}
