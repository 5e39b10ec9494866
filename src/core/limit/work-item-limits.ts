import { textHash, valueHash } from "../run/model/hash.ts";
import type { Instant } from "../run/model/state.ts";
import { isRef, type StoredValue } from "../run/model/value.ts";
import { sourceId, type SourceId, type WorkItem } from "../run/dispatch/work-item.ts";
import type { TurnRequest } from "./book.ts";
import { limitLabel, type Allowance, type LimitLabel } from "./limit.ts";

/** Names one limit across all rings: `default/node/send_mail/slots`. Values that separate limits are in it as hashes. */
export type LimitId = string;

/** A limit that a work item must pass. */
export interface WorkItemLimit {
  readonly id: LimitId;
  readonly label: LimitLabel;
  readonly request: TurnRequest;
}

/** Beyond its steps' timeouts a work item may take this long to report its answer. */
const REPORT_MS = 5_000;

/**
 * Every limit of a work item, each once, in the one order in which all work items ask: two work items that need the same two limits
 * never hold one each. `tenantSlots` is how many queued work items of a tenant may be under way at once, or null.
 */
export function workItemLimits(
  item: WorkItem,
  values: Readonly<Record<SourceId, StoredValue>>,
  tenantSlots: number | null,
  now: Instant,
): readonly WorkItemLimit[] {
  const found = new Map<LimitId, WorkItemLimit>();
  const timeouts = item.steps.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0);
  const turn = {
    holder: { runId: item.runId, segment: item.segment },
    token: item.token,
    // A lease that is nearly over still leaves its steps their time.
    holdMs: Math.max(item.expiresAt - now, timeouts + REPORT_MS),
    priority: item.priority ?? 0,
    since: item.since ?? now,
  };
  const add = (path: string, label: LimitLabel, allows: Allowance): void => {
    const id = `${item.tenant}/${path}/${allows.kind}`;
    if (!found.has(id)) found.set(id, { id, label, request: { ...turn, allows } });
  };
  if (tenantSlots !== null) add("tenant", "the tenant", { kind: "slots", max: tenantSlots });
  for (const step of item.steps) {
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
