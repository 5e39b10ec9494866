import type { SegmentId } from "../../plan/model/plan.ts";
import { TERMINAL_RUN, type LeaseToken, type RunState } from "../model/state.ts";
import type { WorkItem } from "./work-item.ts";
import { workItemOf } from "./work-item-of.ts";

/** Whether somebody waits for the answer of a dispatch, and if not, why. */
export type DispatchStanding =
  | { readonly kind: "held"; readonly work: WorkItem }
  | { readonly kind: "answered" | "superseded" | "ended" | "unknown" };

/** How a dispatch of a segment stands: with its whole work while it is the one that is waited for. */
export function standingOf(state: RunState, id: SegmentId, token: LeaseToken): DispatchStanding {
  const segment = state.segments.get(id);
  if (!segment) return { kind: "unknown" };
  const { lease, epoch } = segment;
  if (lease?.token === token)
    return { kind: "held", work: workItemOf(state, { type: "dispatch", segment: id, ...lease }, "whole") };
  const own = epochIn(id, token);
  if (own === null || own > epoch) return { kind: "unknown" };
  if (TERMINAL_RUN.has(state.header.status)) return { kind: "ended" };
  return { kind: own < epoch ? "superseded" : "answered" };
}

/** A token is its segment and the number of the dispatch. */
function epochIn(id: SegmentId, token: LeaseToken): number | null {
  const number = token.startsWith(`${id}.`) ? token.slice(id.length + 1) : "";
  return /^[1-9]\d{0,8}$/.test(number) ? Number(number) : null;
}
