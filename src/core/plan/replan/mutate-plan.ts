import type { Fault } from "../../errors.ts";
import type { ContractKey } from "../../registry/node.ts";
import type { Served } from "../../registry/served.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import { err, ok, type Result } from "../../result.ts";
import type { Graph, GraphSource, GraphStep } from "../model/graph.ts";
import { suggestion } from "../model/nearest.ts";
import type { Plan, StepId } from "../model/plan.ts";
import { planGraph } from "../graph/plan-graph.ts";
import { planToGraph } from "../stored/plan-to-graph.ts";
import { planFault } from "../model/problem.ts";

/** One change to a plan, in the plan's own words. */
export type Mutation =
  /** Another node, or another version of it, in the place of a step's. Inputs the new node has too stay bound. */
  | { readonly op: "replace"; readonly step: StepId; readonly node?: string; readonly version?: string }
  | { readonly op: "insert"; readonly step: GraphStep }
  /** Whatever took its outputs must be rewired in the same list. */
  | { readonly op: "remove"; readonly step: StepId }
  /** Another source for an input; null unbinds it, to be bound by name again where that is possible. */
  | { readonly op: "rewire"; readonly step: StepId; readonly input: ContractKey; readonly from: GraphSource | null }
  /** Another source for a result, or a new result; null drops it. */
  | { readonly op: "result"; readonly name: string; readonly from: GraphSource | null }
  /** Other steps to wait for. */
  | { readonly op: "after"; readonly step: StepId; readonly after: readonly StepId[] };

/**
 * The plan with changes applied in order, validated as a new plan is: every refusal of planGraph may come back, and
 * PLAN_INVALID_MUTATION with the place `mutations[i]` for a change that names what is not there. Composites
 * stay recognisable as long as all their parts do.
 */
export function mutatePlan(
  plan: Plan,
  mutations: readonly Mutation[],
  snapshot: RegistrySnapshot,
  served: Served,
): Result<Plan, Fault> {
  let graph = planToGraph(plan);
  const touched = new Set<StepId>();
  for (const [i, mutation] of mutations.entries()) {
    const changed = apply(graph, mutation, snapshot);
    if (!changed.ok) return err({ ...changed.error, place: `mutations[${i}]` });
    graph = changed.value;
    if (mutation.op !== "result") touched.add(mutation.op === "insert" ? mutation.step.id : mutation.step);
  }
  const planned = planGraph(withoutBroken(graph, touched), snapshot, plan.policy, served);
  return planned.ok ? ok({ ...planned.value, guards: [...plan.guards, ...planned.value.guards] }) : planned;
}

function apply(graph: Graph, mutation: Mutation, snapshot: RegistrySnapshot): Result<Graph, Fault> {
  if (mutation.op === "result") return ok({ ...graph, results: withResult(graph, mutation.name, mutation.from) });
  if (mutation.op === "insert") {
    const taken = graph.steps.some((step) => step.id === mutation.step.id);
    if (taken) return refuse(`there is a step ${mutation.step.id} already`, "give the new step another id");
    return ok({ ...graph, steps: [...graph.steps, mutation.step] });
  }
  const target = graph.steps.find((step) => step.id === mutation.step);
  if (!target) {
    const hint = `name a step of the plan${suggestion(
      mutation.step,
      graph.steps.map((step) => step.id),
    )}`;
    return refuse(`there is no step ${mutation.step}`, hint);
  }
  if (mutation.op === "remove") return ok({ ...graph, steps: graph.steps.filter((step) => step !== target) });
  const changed = change(target, mutation, snapshot);
  return ok({ ...graph, steps: graph.steps.map((step) => (step === target ? changed : step)) });
}

/** A composite whose parts were changed is that composite no longer: its boundary goes, its parts stay. */
function withoutBroken(graph: Graph, touched: ReadonlySet<StepId>): Graph {
  if (graph.boundaries === undefined) return graph;
  const boundaries = graph.boundaries.filter((boundary) => !boundary.steps.some((id) => touched.has(id)));
  const intact = new Set(boundaries.map((boundary) => boundary.id));
  const steps = graph.steps.map((step) => {
    if (step.parent === undefined || intact.has(step.parent)) return step;
    const { parent: _, ...free } = step;
    return free;
  });
  return {
    ...graph,
    steps,
    boundaries: boundaries.map((one) =>
      one.parent === null || intact.has(one.parent) ? one : { ...one, parent: null },
    ),
  };
}

function change(
  step: GraphStep,
  mutation: Extract<Mutation, { op: "replace" | "rewire" | "after" }>,
  snapshot: RegistrySnapshot,
): GraphStep {
  switch (mutation.op) {
    case "after":
      return { ...step, after: mutation.after };
    case "rewire": {
      const inputs = Object.entries(step.inputs ?? {}).filter(([key]) => key !== mutation.input);
      if (mutation.from !== null) inputs.push([mutation.input, mutation.from]);
      return { ...step, inputs: Object.fromEntries(inputs) };
    }
    case "replace": {
      const { version: _, exact: __, ...rest } = step;
      const node = mutation.node ?? step.node;
      const known = snapshot.byName.get(node) ?? [];
      const takes = (key: string): boolean => known.length === 0 || known.some((one) => Object.hasOwn(one.inputs, key));
      const inputs = Object.fromEntries(Object.entries(step.inputs ?? {}).filter(([key]) => takes(key)));
      return { ...rest, node, inputs, ...(mutation.version === undefined ? {} : { version: mutation.version }) };
    }
  }
}

function withResult(graph: Graph, name: string, from: GraphSource | null): NonNullable<Graph["results"]> {
  const others = Object.entries(graph.results ?? {}).filter(([key]) => key !== name);
  return Object.fromEntries(from === null ? others : [...others, [name, from]]);
}

const refuse = (message: string, hint: string): Result<never, Fault> =>
  err(planFault("invalid_mutation", message, { hint }));
