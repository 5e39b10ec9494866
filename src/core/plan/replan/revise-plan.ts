import { fault, type Fault } from "../../errors.ts";
import type { Served } from "../../registry/served.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import { err, ok, type Result } from "../../result.ts";
import type { Graph } from "../model/graph.ts";
import { guardedPlanFault } from "../guarded/guarded-plan.ts";
import { mutatePlan, type Mutation } from "./mutate-plan.ts";
import { suggestion } from "../model/nearest.ts";
import { planGraph } from "../graph/plan-graph.ts";
import type { Plan, StepId } from "../model/plan.ts";
import type { Policy } from "../model/policy.ts";

/** What takes a plan's place: another plan, or a graph that is planned anew under its own policy. */
export type Replacement =
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "graph"; readonly graph: Graph; readonly policy: Policy };

/** How a plan that was run is to be changed before it is run again. Applied in this order. */
export interface Revision {
  readonly replacement: Replacement | null;
  /** A step's id, or a node's name for all its steps → the semver range to run instead. */
  readonly versions: Readonly<Record<string, string>>;
  readonly mutations: readonly Mutation[];
}

/** Whether the revision leaves a plan as it is. */
export const changesNothing = ({ replacement, versions, mutations }: Revision): boolean =>
  replacement === null && Object.keys(versions).length === 0 && mutations.length === 0;

/** One change, and where the request asked for it: `$.versions["shout"]`, `$.mutations[1]`. */
interface Asked {
  readonly mutation: Mutation;
  readonly place: string;
}

/**
 * The plan as revised, validated as a new plan is: with the nodes that are registered now, under the plan's policy.
 * Refusals: INVALID_PARAMETER for a version of nothing, PLAN_INVALID_MUTATION, and whatever planGraph refuses. Each names
 * the place in the request that asked for it; what the graph as a whole is refused for is told of the last change of the
 * step it names. A plan that guarded keys do not allow any more is refused, changed or not.
 *
 * @param vouched whether the plan was made here: nothing vouches for the composites of one from elsewhere
 */
export function revisePlan(
  original: Plan,
  revision: Revision,
  snapshot: RegistrySnapshot,
  served: Served,
  vouched = true,
): Result<Plan, Fault> {
  const guarded = guardedPlanFault(vouched ? original : opened(original), snapshot);
  if (guarded) return err(guarded);
  if (changesNothing(revision)) return ok(original);
  const replaced = replacementOf(original, revision.replacement, snapshot, served);
  if (!replaced.ok) return err(placed(replaced.error, revision.replacement?.kind ?? "plan"));
  const asked: Asked[] = [];
  for (const [name, version] of Object.entries(revision.versions)) {
    const place = `$.versions[${JSON.stringify(name)}]`;
    const steps = stepsNamed(replaced.value, name, place);
    if (!steps.ok) return steps;
    for (const step of steps.value) asked.push({ place, mutation: { op: "replace", step, version } });
  }
  if (asked.length === 0 && revision.mutations.length === 0 && revision.replacement?.kind === "graph") return replaced;
  asked.push(...revision.mutations.map((mutation, i) => ({ mutation, place: `$.mutations[${i}]` })));
  const revised = mutatePlan(
    replaced.value,
    asked.map(({ mutation }) => mutation),
    snapshot,
    served,
  );
  return revised.ok ? revised : err(placed(revised.error, revision.replacement?.kind ?? "plan", asked, replaced.value));
}

function replacementOf(
  original: Plan,
  replacement: Replacement | null,
  snapshot: RegistrySnapshot,
  served: Served,
): Result<Plan, Fault> {
  if (replacement === null) return ok(original);
  if (replacement.kind === "plan") return ok(opened(replacement.plan));
  return planGraph(replacement.graph, snapshot, replacement.policy, served);
}

/**
 * A plan somebody sent, its composites opened into their parts: nothing vouches for it that a boundary holds what its
 * composite holds, and results are cached and trusted by boundary.
 */
function opened({ boundaries: _, ...plan }: Plan): Plan {
  return { ...plan, steps: plan.steps.map(({ parent: __, ...step }) => step) };
}

/** A step's id names that step, a node's name all steps that call it. */
function stepsNamed(plan: Plan, name: string, place: string): Result<readonly StepId[], Fault> {
  const own = plan.steps.find(({ id }) => id === name);
  if (own) return ok([own.id]);
  const called = plan.steps.flatMap(({ id, node }) => (node === name ? [id] : []));
  if (called.length > 0) return ok(called);
  const composite = (plan.boundaries ?? []).find(({ id, node }) => id === name || node === name);
  const refuse = (message: string, hint: string): Result<never, Fault> =>
    err(fault("INVALID_PARAMETER", message, { place, hint }));
  if (composite) {
    return refuse(
      `${name} is a composite, whose parts are the steps of the plan`,
      `name one of ${composite.steps.slice(0, 20).join(", ")}, or send a graph`,
    );
  }
  const known = [...new Set(plan.steps.flatMap(({ id, node }) => [id, node]))];
  return refuse(
    `no step is ${name} or calls it`,
    `name one of ${known.slice(0, 20).join(", ")}${suggestion(name, known)}`,
  );
}

/** The fault where the request can be corrected, and always with something to do about it. */
function placed(
  problem: Fault,
  replaced: Replacement["kind"],
  asked: readonly Asked[] = [],
  before: Plan | null = null,
): Fault {
  const { place = "", hint = "change the revision, or run the plan again as it was" } = problem;
  const listed = /^mutations\[(\d+)\]$/.exec(place)?.[1];
  if (listed !== undefined) return { ...problem, place: asked[Number(listed)]?.place ?? place, hint };
  const culprit = removalOf(problem.message, asked) ?? culpritOf(place, asked, before);
  if (culprit) return { ...problem, place: culprit.place, message: `${problem.message} (${place})`, hint };
  const whole = asked.length === 0 ? `$.${replaced}` : "$.mutations";
  return { ...problem, place: asked.length === 0 && place !== "" ? `${whole}.${place}` : whole, hint };
}

/** The removal of a step the message misses. */
const removalOf = (message: string, asked: readonly Asked[]): Asked | undefined =>
  asked.findLast(
    ({ mutation }) => mutation.op === "remove" && message.split(/[\s,.:]+/).includes(mutation.step) && asked.length > 1,
  );

/** The last change of the step a place in the graph names; the only change when there is just one. */
function culpritOf(place: string, asked: readonly Asked[], before: Plan | null): Asked | undefined {
  if (asked.length === 1) return asked[0];
  const removed = new Set(asked.flatMap(({ mutation }) => (mutation.op === "remove" ? [mutation.step] : [])));
  const inserted = asked.flatMap(({ mutation }) => (mutation.op === "insert" ? [mutation.step.id] : []));
  const ids = [...(before?.steps ?? []).map(({ id }) => id).filter((id) => !removed.has(id)), ...inserted];
  const number = /^steps\[(\d+)\]/.exec(place)?.[1];
  const step = number === undefined ? /^step ([^:\s]+)/.exec(place)?.[1] : ids[Number(number)];
  const own = asked.findLast(({ mutation }) => stepOf(mutation) === step);
  // A step nobody touched is refused for what was taken away from it.
  return own ?? (step === undefined ? undefined : asked.findLast(({ mutation }) => mutation.op === "remove"));
}

const stepOf = (mutation: Mutation): StepId | null =>
  mutation.op === "result" ? null : mutation.op === "insert" ? mutation.step.id : mutation.step;
