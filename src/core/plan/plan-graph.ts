import type { Fault } from "../errors.ts";
import type { RegistrySnapshot } from "../registry/snapshot.ts";
import { err, ok, type Result } from "../result.ts";
import { assemble } from "./assemble.ts";
import { bindGraph } from "./bind-graph.ts";
import { Composites } from "./composites.ts";
import { NO_EXCLUSIONS, type Exclusions } from "./eligible.ts";
import { graphResults } from "./graph-results.ts";
import type { Graph } from "./graph.ts";
import { isHard, lateness, limitFault, violations } from "./limits.ts";
import type { Candidate, KeyChoice, Plan, Source } from "./plan.ts";
import type { Policy } from "./policy.ts";
import { policyFault } from "./policy-conflicts.ts";
import { planFault } from "./problem.ts";
import { readGraph, type ReadStep } from "./read-graph.ts";
import { shapesOf } from "./shapes.ts";
import { unfold } from "./unfold.ts";

/**
 * Plans an explicit graph: finds the nodes it names under the policy, binds what its author left out, and orders and
 * segments it as a goal's plan. Nothing is added and nothing is dropped.
 *
 * Each refusal has a code of its own (see PROBLEM_CODE) and the place in the graph; a cycle comes with its path. When
 * several things are wrong, the first gives the code and all of them are in `details.problems`.
 */
export function planGraph(graph: Graph, snapshot: RegistrySnapshot, policy: Policy): Result<Plan, Fault> {
  return resolveGraph(graph, snapshot, policy, NO_EXCLUSIONS);
}

/** Plans a graph in which the excluded nodes may not be used. */
export function resolveGraph(
  graph: Graph,
  snapshot: RegistrySnapshot,
  policy: Policy,
  excluded: Exclusions,
): Result<Plan, Fault> {
  const problem = tooLarge(graph, policy) ?? policyFault(policy);
  if (problem) return err(problem);
  const read = readGraph(graph, snapshot, policy, excluded);
  if (!read.ok) return read;
  const given = new Set(graph.given);
  const bound = bindGraph(read.value, given, shapesOf(snapshot));
  if (!bound.ok) return bound;
  const scope = { nodes: new Map(read.value.map(({ id, node }) => [id, node])), given };
  const results = graphResults(graph, bound.value.steps, scope);
  if (!results.ok) return results;
  const composites = new Composites(snapshot, policy, excluded);
  const unfolded = unfold(bound.value.steps, results.value, composites.template, policy.maxSteps);
  if (!unfolded.ok) return unfolded;
  const plan = assemble({
    ...unfolded.value,
    boundaries: [...(graph.boundaries ?? []), ...unfolded.value.boundaries],
    want: graph.want === undefined ? [...results.value.keys()] : [...new Set(graph.want)],
    given: [...given].sort(),
    why: [],
    guards: bound.value.notes,
    policy,
    snapshot,
    origin: "graph",
  });
  if (!plan.ok) return plan;
  const broken = violations(plan.value, snapshot);
  const hard = broken.find(isHard);
  if (hard) return err(limitFault(hard));
  return ok({
    ...plan.value,
    why: whyOf(plan.value, read.value),
    guards: [...plan.value.guards, ...broken.map(lateness)],
  });
}

function tooLarge({ steps }: Graph, { maxSteps }: Policy): Fault | null {
  if (steps.length === 0) {
    return planFault("nothing_wanted", "the graph has no steps", { place: "steps", hint: "add at least one step" });
  }
  return steps.length > maxSteps ? limitFault({ guard: "max_steps", limit: maxSteps, actual: steps.length }) : null;
}

/** Each value that is used: from the step its author chose, or given. */
function whyOf(plan: Plan, read: readonly ReadStep[]): readonly KeyChoice[] {
  const candidates = new Map<string, readonly Candidate[]>(read.map((step) => [step.id, step.candidates]));
  const used = new Map<string, Source>();
  const use = (source: Source): unknown => used.set(`${source.key}|${source.step ?? ""}`, source);
  for (const step of plan.steps) Object.values(step.inputs).forEach(use);
  Object.values(plan.results).forEach(use);
  return [...used]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { key, step }]) => ({
      key,
      source: step === null ? "given" : "node",
      // Parts of a composite were chosen with it.
      candidates: step === null ? [] : (candidates.get(step.split("/")[0] ?? step) ?? []),
    }));
}
