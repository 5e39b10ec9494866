import type { JsonSchema } from "../../../../contracts/json/json.ts";
import type { Fault } from "../../errors.ts";
import type { Served } from "../../registry/served.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import { err, ok, type Result } from "../../result.ts";
import { assemble } from "../assemble/assemble.ts";
import { bindGraph } from "./bind-graph.ts";
import { Composites } from "./composites.ts";
import { gateTypeFaults } from "./gate-types.ts";
import type { DraftStep } from "../model/draft-step.ts";
import { repeatedId } from "../assemble/distinct-ids.ts";
import { allOf, type Available } from "../search/eligible.ts";
import { graphResults } from "./graph-results.ts";
import type { Graph } from "../model/graph.ts";
import { graphWhy } from "./graph-why.ts";
import { isHard, lateness, limitFault, violations } from "../model/limits.ts";
import type { Plan } from "../model/plan.ts";
import type { Policy } from "../model/policy.ts";
import { policyFault } from "../model/policy-conflicts.ts";
import { gatherFaults, planFault } from "../model/problem.ts";
import { readGraph } from "./read-graph.ts";
import { shapesOf } from "../search/shapes.ts";
import { unfold } from "./unfold.ts";

/**
 * Plans an explicit graph: finds the nodes it names under the policy and among what is served, binds what its author left out, and orders and
 * segments it as a goal's plan. Nothing is added and nothing is dropped.
 *
 * Each refusal has a code of its own (see PROBLEM_CODE) and the place in the graph; a cycle comes with its path. When
 * several things are wrong, the first gives the code and all of them are in `details.problems`.
 */
export function planGraph(
  graph: Graph,
  snapshot: RegistrySnapshot,
  policy: Policy,
  served: Served,
): Result<Plan, Fault> {
  return resolveGraph(graph, snapshot, policy, allOf(served));
}

/** Plans a graph with what is available. */
export function resolveGraph(
  graph: Graph,
  snapshot: RegistrySnapshot,
  policy: Policy,
  available: Available,
): Result<Plan, Fault> {
  const problem = tooLarge(graph, policy) ?? policyFault(policy);
  if (problem) return err(problem);
  const read = readGraph(graph, snapshot, policy, available, "named");
  if (!read.ok) return read;
  const given = new Set(graph.given);
  const bound = bindGraph(read.value, given, shapesOf(snapshot).forPlan());
  if (!bound.ok) return bound;
  const [misfit, ...others] = gateTypeFaults(bound.value.steps, givenSchemas(bound.value.steps));
  if (misfit) return err(gatherFaults([misfit, ...others]));
  const scope = { nodes: new Map(read.value.map(({ id, node }) => [id, node])), given };
  const results = graphResults(graph, bound.value.steps, scope);
  if (!results.ok) return results;
  const composites = new Composites(snapshot, policy, available);
  const unfolded = unfold(bound.value.steps, results.value, composites.template, policy.maxSteps);
  if (!unfolded.ok) return unfolded;
  const boundaries = [...(graph.boundaries ?? []), ...unfolded.value.boundaries];
  const repeated = repeatedId({ steps: unfolded.value.steps, boundaries });
  if (repeated) return err(repeated);
  const plan = assemble({
    ...unfolded.value,
    boundaries,
    want: graph.want === undefined ? [...results.value.keys()] : [...new Set(graph.want)],
    given: [...given].sort(),
    why: [],
    guards: bound.value.notes,
    policy,
    snapshot,
    origin: "graph",
    strict: graph.want !== undefined || graph.strict === true,
  });
  if (!plan.ok) return plan;
  const broken = violations(plan.value, snapshot);
  const hard = broken.find(isHard);
  if (hard) return err(limitFault(hard));
  const candidates = new Map(read.value.map((step) => [step.id, step.candidates]));
  return ok({
    ...plan.value,
    why: graphWhy(plan.value, (id) => candidates.get(id) ?? []),
    guards: [...plan.value.guards, ...broken.map(lateness)],
  });
}

/** What is known of a given value: whoever takes it must be able to. */
function givenSchemas(steps: readonly DraftStep[]): (key: string) => readonly JsonSchema[] {
  const byKey = new Map<string, Set<JsonSchema>>();
  if (steps.some(({ when }) => when !== undefined)) {
    for (const { node, inputs } of steps) {
      for (const [key, source] of inputs) {
        const schema = source.step === null ? node.inputs[key]?.schema : undefined;
        if (schema === undefined) continue;
        const known = byKey.get(source.key);
        if (known) known.add(schema);
        else byKey.set(source.key, new Set([schema]));
      }
    }
  }
  return (key) => [...(byKey.get(key) ?? [])];
}

function tooLarge({ steps }: Graph, { maxSteps }: Policy): Fault | null {
  if (steps.length === 0) {
    return planFault("nothing_wanted", "the graph has no steps", { place: "steps", hint: "add at least one step" });
  }
  return steps.length > maxSteps ? limitFault({ guard: "max_steps", limit: maxSteps, actual: steps.length }) : null;
}
