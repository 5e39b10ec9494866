import type { RunSummary } from "../run/model/summary.ts";
import type { Instant, RunStatus } from "../run/model/state.ts";
import type { Position } from "./position.ts";
import { containsText } from "./text.ts";

/** What a search over runs asks for: every condition that is not null must hold. */
export interface RunQuery {
  readonly status: RunStatus | null;
  /** A node's name, or `name@version`. */
  readonly node: string | null;
  readonly tag: string | null;
  readonly operation: string | null;
  readonly correlationId: string | null;
  /** Created at this moment or later. */
  readonly from: Instant | null;
  /** Created before this moment. */
  readonly to: Instant | null;
  /** A part of the run's error, code or message, whatever the case of ASCII letters. */
  readonly text: string | null;
}

/** The query that finds every run. */
export const ANY_RUN: RunQuery = {
  status: null,
  node: null,
  tag: null,
  operation: null,
  correlationId: null,
  from: null,
  to: null,
  text: null,
};

/** Where a run stands in every list of runs. */
export const placeOfRun = ({ createdAt, runId }: RunSummary): Position => ({ at: createdAt, id: runId });

/** Whether a run is what a query asks for: the meaning every index must agree with. */
export function matchesRun(run: RunSummary, query: RunQuery): boolean {
  const { status, node, tag, operation, correlationId, from, to, text } = query;
  return (
    (status === null || run.status === status) &&
    (node === null || run.nodes.some((ref) => isNode(ref, node))) &&
    (tag === null || run.tags.includes(tag)) &&
    (operation === null || run.operation === operation) &&
    (correlationId === null || run.correlationId === correlationId) &&
    (from === null || run.createdAt >= from) &&
    (to === null || run.createdAt < to) &&
    (text === null || (run.faultCode !== null && containsText(errorText(run), text)))
  );
}

/** The text a search for errors looks through: `CODE: message`. */
export const errorText = ({ faultCode, faultMessage }: RunSummary): string =>
  `${faultCode ?? ""}: ${faultMessage ?? ""}`;

const isNode = (ref: string, node: string): boolean => (node.includes("@") ? ref === node : nameOf(ref) === node);

/** The name in `name@version`. */
export const nameOf = (ref: string): string => ref.slice(0, Math.max(0, ref.indexOf("@")));
