import { boundaryFaces, type BoundaryFace } from "../../cache/boundary-face.ts";
import { gateSources } from "../../plan/model/gate-sources.ts";
import { planIndex } from "../../plan/model/plan-index.ts";
import type { Plan, PlanStep, SegmentId, Source, StepId } from "../../plan/model/plan.ts";
import type { Draft } from "./draft.ts";
import { TERMINAL_STEP, type RunState, type StepOutcome, type StepState } from "../model/state.ts";
import { isRerun } from "../model/origin.ts";
import { lease, succeed } from "../model/step.ts";
import type { StoredValue } from "../model/value.ts";
import { sourceId, type Probe, type SourceId, type StepResult, type WorkItem } from "../dispatch/work-item.ts";

/** What a work item says about the cache: nothing, in a plan without composites whose results are cached. */
export function cacheUse(state: RunState, steps: readonly StepId[]): Pick<WorkItem, "probes" | "anew"> {
  // Whoever repeats a run wants its steps executed, not its results again.
  if (isRerun(state.header)) return { anew: true };
  const probes = probesOf(state, steps);
  return probes.length === 0 ? {} : { probes };
}

/** The values from outside the work item that its probes need. */
export function probedValues(state: RunState, steps: readonly StepId[]): Readonly<Record<SourceId, StoredValue>> {
  const values: Record<SourceId, StoredValue> = {};
  for (const [, face] of beginning(state, steps)) {
    for (const source of Object.values(face.inputs)) {
      const value = valueOf(state, source);
      if (value) values[sourceId(source)] = value;
    }
  }
  return values;
}

function probesOf(state: RunState, steps: readonly StepId[]): readonly Probe[] {
  const index = planIndex(state.plan);
  return beginning(state, steps).flatMap(([id, face]) => {
    const boundary = index.boundaryById.get(id);
    if (!boundary) return [];
    const inside = new Set(boundary.steps);
    return {
      boundary: id,
      node: boundary.node,
      version: boundary.version,
      bodyHash: face.bodyHash,
      inputs: idsOf(face.inputs),
      outputs: idsOf(face.outputs),
      steps: steps.filter((step) => inside.has(step)),
    };
  });
}

/** Composites of which nothing has ended and some step is about to begin, with everything that goes into them at hand. */
function beginning(state: RunState, steps: readonly StepId[]): readonly (readonly [StepId, BoundaryFace])[] {
  const faces = boundaryFaces(state.plan);
  if (faces.size === 0 || isRerun(state.header)) return [];
  const index = planIndex(state.plan);
  const together = new Set(steps);
  return [...faces].filter(([id, { inputs }]) => {
    const inside = index.boundaryById.get(id)?.steps ?? [];
    if (!inside.some((step) => together.has(step))) return false;
    if (inside.some((step) => TERMINAL_STEP.has(stateOf(state, step)?.status ?? "pending"))) return false;
    return Object.values(inputs).every(
      (source) => (source.step !== null && together.has(source.step)) || valueOf(state, source) !== undefined,
    );
  });
}

/** The results that still mean a composite of the plan. */
export const wholeResults = (draft: Draft, results: readonly StepResult[]): readonly StepResult[] =>
  results.filter(({ whole, step, outcome }) => whole && outcome.ok && boundaryFaces(draft.state.plan).has(step));

/** What was settled together: steps that have ended, and segments whose lease became void or that may go on. */
export interface SettledBoundaries {
  readonly steps: readonly StepId[];
  readonly segments: readonly SegmentId[];
}

/**
 * Composites were found in the cache as a whole: every step inside that has not ended is cached, the ones that make
 * outputs with those, the others with nothing. A lease inside is void when nothing of what it holds is still open.
 */
export function settleBoundaries(draft: Draft, results: readonly StepResult[]): SettledBoundaries {
  const steps: StepId[] = [];
  const segments = new Set<SegmentId>();
  for (const { step: id, outcome } of results) {
    const face = boundaryFaces(draft.state.plan).get(id);
    if (!face || !outcome.ok) continue;
    for (const inside of draft.index.boundaryById.get(id)?.steps ?? []) {
      const step = draft.step(inside);
      if (TERMINAL_STEP.has(step.status)) continue;
      const segment = draft.segmentOf(inside);
      draft.putStep(
        succeed(begun(draft, step, segment.epoch), shareOf(face, inside, outcome), draft.takeSeq(), draft.now),
      );
      steps.push(inside);
      segments.add(segment.id);
    }
  }
  for (const id of segments) {
    const segment = draft.segment(id);
    const open = segment.lease?.steps.some((step) => !TERMINAL_STEP.has(draft.step(step).status)) ?? false;
    if (!open) draft.putSegment({ ...segment, lease: null, dueAt: null, expiries: 0 });
  }
  return { steps, segments: [...segments] };
}

/** A step that was never sent out has its hit on record as an attempt, so that whoever watches the run sees it. */
const begun = (draft: Draft, step: StepState, epoch: number): StepState =>
  step.attempts.at(-1)?.finishedAt === null ? step : lease(step, epoch, draft.takeSeq(), "cache", draft.now);

/**
 * Adds to the steps that are executed anew those that were cached as parts of a composite, where a value is needed that
 * did not leave it: they do not hold it.
 */
export function withHollowSteps(
  plan: Plan,
  anew: ReadonlySet<StepId>,
  states: ReadonlyMap<StepId, StepState>,
): ReadonlySet<StepId> {
  const { stepById } = planIndex(plan);
  const all = new Set(anew);
  const isHollow = ({ step, key }: Source): boolean => {
    const outcome = step === null || all.has(step) ? null : states.get(step)?.outcome;
    return outcome?.ok === true && outcome.hit?.boundary !== undefined && !Object.hasOwn(outcome.outputs, key);
  };
  const needed = [...Object.values(plan.results), ...[...anew].flatMap((id) => readsOf(stepById.get(id)))];
  for (let source = needed.pop(); source !== undefined; source = needed.pop()) {
    if (source.step === null || !isHollow(source)) continue;
    all.add(source.step);
    needed.push(...readsOf(stepById.get(source.step)));
  }
  return all;
}

/** Every value a step reads: its inputs, and what its gate asks about. */
export const readsOf = (step: PlanStep | undefined): readonly Source[] =>
  step === undefined ? [] : [...Object.values(step.inputs), ...(step.when ? gateSources(step.when) : [])];

type Found = Extract<StepOutcome, { ok: true }>;

function shareOf(face: BoundaryFace, step: StepId, found: Found): Found {
  const outputs: Record<string, StoredValue> = {};
  for (const [key, source] of Object.entries(face.outputs)) {
    const value = found.outputs[key];
    if (source.step === step && value) outputs[source.key] = value;
  }
  return { ...found, outputs, inputHash: "", outputHash: "", inputBytes: 0, durationMs: 0 };
}

const stateOf = (state: RunState, id: StepId): StepState | undefined =>
  state.segments.get(planIndex(state.plan).segmentOf.get(id) ?? "")?.steps.find((step) => step.id === id);

function valueOf(state: RunState, { step, key }: Source): StoredValue | undefined {
  if (step === null) return state.given[key];
  const outcome = stateOf(state, step)?.outcome;
  return outcome?.ok ? outcome.outputs[key] : undefined;
}

const idsOf = (sources: Readonly<Record<string, Source>>): Readonly<Record<string, SourceId>> =>
  Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, sourceId(source)]));
