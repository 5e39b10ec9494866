import type { Fault } from "../../errors.ts";
import type { ContractKey } from "../../registry/node.ts";
import { ok, type Result } from "../../result.ts";
import type { Parts } from "../assemble/assemble.ts";
import { planCost } from "../assemble/plan-cost.ts";
import type { DraftStep } from "../model/draft-step.ts";
import type { Plan, PlanStep, Source, StepId } from "../model/plan.ts";
import { planIndex } from "../model/plan-index.ts";
import { PRICE_UNITS } from "../search/price.ts";
import { resolveGoal } from "../search/plan-goal.ts";
import { freshId, reboundary, redraft, type Renaming } from "./redraft.ts";
import type { Standing } from "./standing.ts";

/** Resolves the goal again from what was given and what succeeded, without the nodes that died. */
export function replanGoal(standing: Standing): Result<Parts, Fault> {
  const { plan, succeeded, snapshot, available } = standing;
  const there = availableFrom(standing);
  const rest = resolveGoal(
    {
      want: plan.want,
      given: [...new Set([...plan.given, ...there.keys()])],
      made: new Set(there.keys()),
      policy: plan.policy,
    },
    snapshot,
    available,
  );
  if (!rest.ok) return rest;
  const moved = renaming(rest.value, standing, there);
  // Parts of a composite that goes on where it stands: what has succeeded of it is not done again.
  const isKept = (step: PlanStep): boolean => moved.id(step.id) === step.id && succeeded.has(step.id);
  const renewed = new Set((rest.value.boundaries ?? []).map(({ id }) => moved.id(id)));
  const steps: DraftStep[] = [];
  const kept = plan.steps.filter((step) => succeeded.has(step.id));
  for (const [planned, how] of [
    ...kept.map((step) => [step, AS_IT_IS] as const),
    ...rest.value.steps.filter((step) => !isKept(step)).map((step) => [step, moved] as const),
  ]) {
    const draft = redraft(planned, snapshot, how);
    if (!draft.ok) return draft;
    steps.push(how === moved ? { ...draft.value, unchecked: unsure(planned, draft.value, there) } : draft.value);
  }
  const keptBoundaries = (plan.boundaries ?? [])
    .map((boundary) => ({ ...boundary, steps: boundary.steps.filter((id) => succeeded.has(id)) }))
    .filter((boundary) => boundary.steps.length > 0 && !renewed.has(boundary.id));
  const told = new Set(rest.value.why.map((choice) => choice.key));
  const boundaries = [
    ...keptBoundaries,
    ...(rest.value.boundaries ?? []).map((boundary) => reboundary(boundary, moved)),
  ];
  const { optimum, cost } = rest.value;
  const spent = planCost(steps, boundaries, plan.policy, snapshot) - cost;
  return ok({
    steps,
    boundaries,
    want: plan.want,
    given: plan.given,
    results: new Map(Object.entries(rest.value.results).map(([key, source]) => [key, moved.source(source)])),
    why: [...rest.value.why, ...plan.why.filter((choice) => !told.has(choice.key))],
    guards: rest.value.guards,
    policy: plan.policy,
    snapshot,
    origin: "goal",
    // What succeeded stays whatever it cost: the least is that and the least of what remained.
    ...(optimum && { least: { bound: units(spent + optimum.bound), first: units(spent + optimum.firstCost) } }),
  });
}

const units = (cost: number): number => Math.round(cost * PRICE_UNITS);

const AS_IT_IS: Renaming = { id: (id) => id, source: (source) => source };

/** Keys that succeeded steps gave. What a composite's parts made for each other stays inside; what it puts out counts. */
function availableFrom({ plan, succeeded }: Standing): ReadonlyMap<ContractKey, Source> {
  const found = new Map<ContractKey, Source>();
  const offer = (key: ContractKey, source: Source): void => {
    if (!plan.given.includes(key) && !found.has(key)) found.set(key, source);
  };
  for (const step of plan.steps) {
    if (step.parent !== undefined) continue;
    for (const key of succeeded.get(step.id) ?? []) offer(key, { step: step.id, key });
  }
  for (const boundary of plan.boundaries ?? []) {
    if (boundary.parent !== null) continue;
    for (const [key, source] of Object.entries(boundary.outputs)) {
      if (source.step !== null && succeeded.get(source.step)?.includes(source.key)) offer(key, source);
    }
  }
  return found;
}

/**
 * New names for the resolved remainder. A step keeps its id when the old plan has the very same under it and it has
 * neither succeeded nor died; a composite keeps its ids when none of its parts has died. Anything else gets an id that the
 * run has never used.
 */
function renaming(rest: Plan, standing: Standing, there: ReadonlyMap<ContractKey, Source>): Renaming {
  const { plan, left } = standing;
  const same = sameness(rest, standing);
  const stays = new Map<StepId, boolean>();
  for (const step of rest.steps) stays.set(rootOf(step.id), (stays.get(rootOf(step.id)) ?? true) && same(step));
  const used = new Set([...plan.steps, ...left].map((step) => rootOf(step.id)));
  const taken = new Set([...used, ...stays.keys()]);
  const roots = new Map<StepId, StepId>();
  for (const [root, keeps] of stays) roots.set(root, keeps || !used.has(root) ? root : freshId(root, taken));
  const id = (old: StepId): StepId => {
    const root = rootOf(old);
    return (roots.get(root) ?? root) + old.slice(root.length);
  };
  return {
    id,
    source: (source) =>
      source.step === null ? (there.get(source.key) ?? source) : { step: id(source.step), key: source.key },
  };
}

/** Whether a step of the remainder is one the plan has already, with its composite if it is a part of one. */
function sameness(rest: Plan, { plan, failed, succeeded }: Standing): (step: PlanStep) => boolean {
  const { stepById, boundaryById } = planIndex(plan);
  const next = planIndex(rest).boundaryById;
  const deadRoots = new Set(failed.map((step) => rootOf(step.id)));
  return (step) => {
    const old = stepById.get(step.id);
    const root = rootOf(step.id);
    if (old?.node !== step.node || old.version !== step.version || deadRoots.has(root)) return false;
    if (step.parent === undefined) return old.parent === undefined && !succeeded.has(step.id);
    const [before, now] = [boundaryById.get(root), next.get(root)];
    return before?.node === now?.node && before?.version === now?.version;
  };
}

/** The outermost composite of a step, or the step itself. */
const rootOf = (id: StepId): StepId => id.split("/")[0] ?? id;

/** A value that was there before was not chosen with this consumer in mind: it is checked when it is used. */
const unsure = (
  planned: PlanStep,
  draft: DraftStep,
  there: ReadonlyMap<ContractKey, Source>,
): readonly ContractKey[] => [
  ...new Set([
    ...draft.unchecked,
    ...Object.entries(planned.inputs).flatMap(([key, source]) =>
      source.step === null && there.has(source.key) ? [key] : [],
    ),
  ]),
];
