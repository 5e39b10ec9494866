import { gateSources } from "../../plan/model/gate-sources.ts";
import type { Plan, Source, StepId } from "../../plan/model/plan.ts";
import { TERMINAL_STEP, type RunState, type StepState } from "../model/state.ts";
import { utf8Bytes } from "../model/utf8.ts";
import { INLINE_VALUE_BYTES, isRef, type StoredValue } from "../model/value.ts";

/** Something that no run of ours could be: where, from the record on, and what. */
export interface Misfit {
  readonly place: string;
  readonly message: string;
}

const misfit = (place: string, message: string): Misfit => ({ place, message });

/**
 * The first way in which a run that somebody else wrote, and whose members are all as they should be, does not fit
 * together; null when it could be one of ours. Looks at everything once.
 */
export const misfitOf = (state: RunState): Misfit | null =>
  misfitInPlan(state.plan) ?? misfitInStates(state) ?? misfitInValues(state);

/** Steps in order, each once, in one segment; whatever is read is there before. */
function misfitInPlan({ steps, segments, boundaries = [], results, given }: Plan): Misfit | null {
  const known = new Map<StepId, ReadonlySet<string>>();
  const isGiven = new Set(given);
  const isThere = ({ step, key }: Source): boolean =>
    step === null ? isGiven.has(key) : (known.get(step)?.has(key) ?? false);
  for (const [at, step] of steps.entries()) {
    const place = `.plan.steps[${at}]`;
    if (known.has(step.id)) return misfit(place, `two steps have the id ${step.id}`);
    const sources = [...Object.values(step.inputs), ...(step.when ? gateSources(step.when) : [])];
    if (!sources.every(isThere)) return misfit(place, "it reads what is neither given nor made before it");
    if (!step.after.every((id) => known.has(id))) return misfit(place, "it comes after a step that is not before it");
    known.set(step.id, new Set(step.outputs));
  }
  if (!Object.values(results).every(isThere)) return misfit(".plan.results", "a result comes from nowhere");
  for (const [at, boundary] of boundaries.entries()) {
    const sources = [...Object.values(boundary.inputs), ...Object.values(boundary.outputs)];
    if (sources.every(isThere) && boundary.steps.every((id) => known.has(id))) continue;
    return misfit(`.plan.boundaries[${at}]`, "it holds what the plan does not have");
  }
  const placed = new Map(segments.flatMap(({ id, steps: members }) => members.map((step) => [step, id] as const)));
  const isWhole =
    placed.size === steps.length &&
    segments.reduce((sum, segment) => sum + segment.steps.length, 0) === steps.length &&
    new Set(segments.map(({ id }) => id)).size === segments.length &&
    steps.every((step) => placed.get(step.id) === step.segment);
  return isWhole ? null : misfit(".plan.segments", "every step is in one segment, and they are not");
}

/** An ended run has no open step, and its segments are those of its plan. */
function misfitInStates({ plan, segments, header }: RunState): Misfit | null {
  for (const { id, steps } of plan.segments) {
    const states = segments.get(id)?.steps ?? [];
    const isSame = states.length === steps.length && states.every((state, at) => state.id === steps[at]);
    if (!isSame) return misfit(".segments", `segment ${id} has other steps than in the plan`);
    const open = states.find((state) => !isSettled(state));
    if (open) return misfit(".segments", `step ${open.id} has not ended as its outcome says`);
  }
  if ((header.status === "failed" || header.status === "partial") && header.fault === null)
    return misfit(".header.fault", `a ${header.status} run has a fault`);
  return null;
}

/** What succeeded has its outputs, what failed its fault, and the rest neither. */
function isSettled({ status, outcome }: StepState): boolean {
  if (!TERMINAL_STEP.has(status)) return false;
  if (status === "succeeded" || status === "cached") return outcome?.ok === true;
  return status === "failed" ? outcome?.ok === false : outcome?.ok !== true;
}

/** A value within the record is no longer than one that the engine would keep there. */
function misfitInValues({ given, segments, replaced = [] }: RunState): Misfit | null {
  const states = [...[...segments.values()].flatMap(({ steps }) => steps), ...replaced.map(({ state }) => state)];
  const maps: readonly (readonly [string, Readonly<Record<string, StoredValue>>])[] = [
    [".given", given],
    ...states.map(({ id, outcome }) => [`.segments, step ${id}`, outcome?.ok ? outcome.outputs : {}] as const),
  ];
  for (const [place, values] of maps) {
    for (const [key, value] of Object.entries(values)) {
      if (!isRef(value) && utf8Bytes(JSON.stringify(value.v)) > INLINE_VALUE_BYTES) {
        return misfit(
          `${place}[${JSON.stringify(key)}]`,
          `a value of more than ${INLINE_VALUE_BYTES} bytes is kept apart`,
        );
      }
    }
  }
  return null;
}
