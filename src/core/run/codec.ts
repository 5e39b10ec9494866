import type { Plan } from "../plan/plan.ts";
import { begin, recount } from "./begin.ts";
import type { ReplacedStep, RunHeader, RunState, SegmentState } from "./state.ts";
import type { StoredValue } from "./value.ts";

/** The stored forms of a run. Version 1; a reader refuses others. */
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
export function encodeRun(state: RunState): string {
  const record: RunRecord = {
    v: 1,
    header: state.header,
    plan: state.plan,
    given: state.given,
    ...replacedPart(state),
    segments: [...state.segments.values()].filter(isTouched),
  };
  return JSON.stringify(record);
}

/** Reads what `encodeRun` wrote. Throws on anything else: a record is never user input. */
export function decodeRun(text: string): RunState {
  const record = JSON.parse(text) as RunRecord;
  if (record.v !== 1) throw new RangeError(`unknown run record version ${String(record.v)}`);
  return assemble(record.header, record, record.segments);
}

/** The part of a run that changes only with its plan. */
export const encodeBody = (state: RunState): string =>
  JSON.stringify({ plan: state.plan, given: state.given, ...replacedPart(state) } satisfies Body);

/** A run from its separately stored parts. */
export function decodeParts(header: string, body: string, segments: readonly string[]): RunState {
  return assemble(
    JSON.parse(header) as RunHeader,
    JSON.parse(body) as Body,
    segments.map((text) => JSON.parse(text) as SegmentState),
  );
}

type Body = Pick<RunRecord, "plan" | "given" | "replaced">;

const replacedPart = ({ replaced = [] }: RunState): Pick<RunRecord, "replaced"> =>
  replaced.length === 0 ? {} : { replaced };

function assemble(header: RunHeader, { plan, given, replaced = [] }: Body, stored: readonly SegmentState[]): RunState {
  const segments = new Map(begin(header, plan, given, header.createdAt).segments);
  for (const segment of stored) segments.set(segment.id, segment);
  const counted = recount(header, segments.values(), replaced);
  return { header, plan, given, ...(replaced.length === 0 ? {} : { replaced }), segments, ...counted };
}

/** Whether the segment differs from what `begin` makes of the plan. */
export const isTouched = (segment: SegmentState): boolean =>
  segment.epoch > 0 || segment.steps.some((step) => step.status !== "pending");
