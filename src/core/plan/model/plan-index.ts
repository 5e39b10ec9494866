import type { Boundary, Edge, Plan, PlanStep, Segment, SegmentId, StepId } from "./plan.ts";
import { gateSources } from "./gate-sources.ts";

/** A plan's lookup tables, built once per plan object: what the reducer needs on every event. */
export interface PlanIndex {
  readonly stepById: ReadonlyMap<StepId, PlanStep>;
  /** Step → steps that wait for it, each once, in plan order. Absent when nothing does. */
  readonly dependents: ReadonlyMap<StepId, readonly StepId[]>;
  /** Step → steps it waits for, for whatever reason, each once. */
  readonly dependencies: ReadonlyMap<StepId, readonly StepId[]>;
  readonly segmentById: ReadonlyMap<SegmentId, Segment>;
  readonly segmentOf: ReadonlyMap<StepId, SegmentId>;
  /** Step → its place in the plan's topological order, from 0. */
  readonly position: ReadonlyMap<StepId, number>;
  readonly boundaryById: ReadonlyMap<StepId, Boundary>;
  /** Whether any step waits for time, an event or a person. */
  readonly hasWaits: boolean;
}

const indices = new WeakMap<Plan, PlanIndex>();

/** The index of a plan. Built on first use and kept as long as the plan object lives. */
export function planIndex(plan: Plan): PlanIndex {
  const known = indices.get(plan);
  if (known) return known;
  const built = buildIndex(plan);
  indices.set(plan, built);
  return built;
}

/** Every edge that ends in the step. */
export function edgesInto(step: PlanStep): readonly Edge[] {
  const edges: Edge[] = [];
  for (const source of Object.values(step.inputs)) {
    if (source.step !== null) edges.push({ from: source.step, to: step.id, kind: "value", key: source.key });
  }
  for (const from of step.after) edges.push({ from, to: step.id, kind: "signal", key: null });
  for (const source of step.when ? gateSources(step.when) : []) {
    if (source.step !== null) edges.push({ from: source.step, to: step.id, kind: "gate", key: source.key });
  }
  return edges;
}

/** Every edge of a plan, in the order of the steps they end in. */
export const planEdges = (plan: Plan): readonly Edge[] => plan.steps.flatMap(edgesInto);

function buildIndex(plan: Plan): PlanIndex {
  const dependents = new Map<StepId, StepId[]>();
  const dependencies = new Map<StepId, readonly StepId[]>();
  for (const step of plan.steps) {
    const before = new Set(edgesInto(step).map((edge) => edge.from));
    dependencies.set(step.id, [...before]);
    for (const id of before) {
      const list = dependents.get(id);
      if (list) list.push(step.id);
      else dependents.set(id, [step.id]);
    }
  }
  return {
    stepById: new Map(plan.steps.map((step) => [step.id, step])),
    dependents,
    dependencies,
    segmentById: new Map(plan.segments.map((segment) => [segment.id, segment])),
    segmentOf: new Map(plan.steps.map((step) => [step.id, step.segment])),
    position: new Map(plan.steps.map((step, place) => [step.id, place])),
    hasWaits: plan.steps.some((step) => step.wait !== undefined),
    boundaryById: new Map((plan.boundaries ?? []).map((boundary) => [boundary.id, boundary])),
  };
}
