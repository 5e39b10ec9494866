import type { Graph, GraphStep } from "../model/graph.ts";
import type { Plan, PlanStep } from "../model/plan.ts";

/** The plan written out as a graph: the very steps, versions, values and results, nothing left to choose. */
export const planToGraph = (plan: Plan): Graph => ({
  steps: plan.steps.map(stepToGraph),
  given: plan.given,
  results: plan.results,
  strict: plan.origin !== "graph" || plan.strict === true,
  ...(plan.boundaries === undefined ? {} : { boundaries: plan.boundaries }),
});

/** One step as its author would have written it. */
export const stepToGraph = (step: PlanStep): GraphStep => ({
  id: step.id,
  node: step.node,
  version: step.version,
  inputs: step.inputs,
  exact: true,
  ...(step.after.length === 0 ? {} : { after: step.after }),
  ...(step.when === undefined ? {} : { when: step.when }),
  ...(step.parent === undefined ? {} : { parent: step.parent }),
});
