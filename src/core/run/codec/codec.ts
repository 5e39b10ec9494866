import type { Plan } from "../../plan/model/plan.ts";
import { readWithPlan, writeWithPlan } from "./plan-part.ts";
import { begin, recount } from "../reduce/begin.ts";
import type { Transition } from "../model/event.ts";
import type { ReplacedStep, RunHeader, RunState, SegmentState } from "../model/state.ts";
import type { StoredValue } from "../model/value.ts";

/** A run as it is stored, its plan in a form of its own. Version 1; a reader refuses others. */
interface RunRecord {
  readonly v: 1;
  readonly header: RunHeader;
  readonly plan: Plan;
  readonly given: Readonly<Record<string, StoredValue>>;
  /** Left out when the plan was never changed. */
  readonly replaced?: readonly ReplacedStep[];
  /** Segments that were touched; the rest are pending. */
  readonly segments: readonly SegmentState[];
}

/** The whole run as one line of JSON: what is submitted, archived and exported. */
export const encodeRun = (state: RunState): string =>
  writeWithPlan(state.plan, {
    v: 1,
    header: state.header,
    given: state.given,
    ...replacedPart(state),
    segments: [...state.segments.values()].filter(isTouched),
  } satisfies Omit<RunRecord, "plan">);

/**
 * Reads what `encodeRun` wrote, and what `encodeChange` wrote of the run since then, oldest first. Throws on anything
 * else: a record is never user input.
 */
export function decodeRun(text: string, changes: readonly string[] = []): RunState {
  const record = readWithPlan<Omit<RunRecord, "plan">>(text);
  if (record.v !== 1) throw new RangeError(`unknown run record version ${String(record.v)}`);
  const since = changes.map((change) => JSON.parse(change) as Change);
  const header = since.findLast((change) => change.header)?.header ?? record.header;
  return assemble(header, record, [...record.segments, ...since.flatMap(({ segments }) => segments)]);
}

/** What a decision changed, as one line of JSON: added to a record it gives the run after it. Not for a change of plan. */
export function encodeChange({ header, segments }: Transition): string {
  const change: Change = header ? { header, segments } : { segments };
  return JSON.stringify(change);
}

/** Segments as they are now, each as often as it changed. */
interface Change {
  readonly header?: RunHeader;
  readonly segments: readonly SegmentState[];
}

const replacedPart = ({ replaced = [] }: RunState): Pick<RunRecord, "replaced"> =>
  replaced.length === 0 ? {} : { replaced };

function assemble(
  header: RunHeader,
  { plan, given, replaced = [] }: RunRecord,
  stored: readonly SegmentState[],
): RunState {
  const segments = new Map(begin(header, plan, given, header.createdAt).segments);
  for (const segment of stored) segments.set(segment.id, segment);
  const counted = recount(header, segments, replaced);
  return { header, plan, given, ...(replaced.length === 0 ? {} : { replaced }), segments, ...counted };
}

/** Whether the segment differs from what `begin` makes of the plan. */
const isTouched = (segment: SegmentState): boolean =>
  segment.epoch > 0 || segment.steps.some((step) => step.status !== "pending");
