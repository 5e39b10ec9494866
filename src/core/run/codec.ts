import type { Plan } from "../plan/plan.ts";
import { begin, recount } from "./begin.ts";
import type { RunHeader, RunState, SegmentState } from "./state.ts";
import type { StoredValue } from "./value.ts";

/** The stored forms of a run. Version 1; a reader refuses others. */
interface RunRecord {
  readonly v: 1;
  readonly header: RunHeader;
  readonly plan: Plan;
  readonly given: Readonly<Record<string, StoredValue>>;
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
    segments: [...state.segments.values()].filter(isTouched),
  };
  return JSON.stringify(record);
}

/** Reads what `encodeRun` wrote. Throws on anything else: a record is never user input. */
export function decodeRun(text: string): RunState {
  const record = JSON.parse(text) as RunRecord;
  if (record.v !== 1) throw new RangeError(`unknown run record version ${String(record.v)}`);
  return assemble(record.header, record.plan, record.given, record.segments);
}

/** The part of a run that never changes. */
export const encodeBody = (state: RunState): string => JSON.stringify({ plan: state.plan, given: state.given });

/** A run from its separately stored parts. */
export function decodeParts(header: string, body: string, segments: readonly string[]): RunState {
  const { plan, given } = JSON.parse(body) as Pick<RunRecord, "plan" | "given">;
  return assemble(
    JSON.parse(header) as RunHeader,
    plan,
    given,
    segments.map((text) => JSON.parse(text) as SegmentState),
  );
}

function assemble(header: RunHeader, plan: Plan, given: RunRecord["given"], stored: readonly SegmentState[]): RunState {
  const segments = new Map(begin(header, plan, given, header.createdAt).segments);
  for (const segment of stored) segments.set(segment.id, segment);
  return { header, plan, given, segments, ...recount(header, segments.values()) };
}

/** Whether the segment differs from what `begin` makes of the plan. */
export const isTouched = (segment: SegmentState): boolean =>
  segment.epoch > 0 || segment.steps.some((step) => step.status !== "pending");
