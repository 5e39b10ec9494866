import type { Fault } from "../errors.ts";
import type { ContractKey } from "../registry/node.ts";
import { ok, type Result } from "../result.ts";
import type { Parts } from "./assemble.ts";
import type { DraftStep } from "./draft-step.ts";
import type { Plan, PlanStep, Source, StepId } from "./plan.ts";
import { planIndex } from "./plan-index.ts";
import { resolveGoal } from "./plan-goal.ts";
import { freshId, reboundary, redraft, type Renaming } from "./redraft.ts";
import type { Standing } from "./standing.ts";

/** Resolves the goal again from what was given and what succeeded, without the nodes that died. */
export function replanGoal(standing: Standing): Result<Parts, Fault> {
  const { plan, succeeded, snapshot, excluded } = standing;
  const there = available(standing);
  const rest = resolveGoal(
    { want: plan.want, given: [...new Set([...plan.given, ...there.keys()])], policy: plan.policy },
    snapshot,
    excluded,
  );
  if (!rest.ok) return rest;
  const moved = renaming(rest.value, standing, there);
  const steps: DraftStep[] = [];
  const kept = plan.steps.filter((step) => succeeded.has(step.id));
  for (const [planned, how] of [
    ...kept.map((step) => [step, AS_IT_IS] as const),
    ...rest.value.steps.map((step) => [step, moved] as const),
  ]) {
    const draft = redraft(planned, snapshot, how);
    if (!draft.ok) return draft;
    steps.push(how === moved ? { ...draft.value, unchecked: unsure(planned, draft.value, there) } : draft.value);
  }
  const keptBoundaries = (plan.boundaries ?? [])
    .map((boundary) => ({ ...boundary, steps: boundary.steps.filter((id) => succeeded.has(id)) }))
    .filter((boundary) => boundary.steps.length > 0);
  const told = new Set(rest.value.why.map((choice) => choice.key));
  return ok({
    steps,
    boundaries: [...keptBoundaries, ...(rest.value.boundaries ?? []).map((boundary) => reboundary(boundary, moved))],
    want: plan.want,
    given: plan.given,
    results: new Map(Object.entries(rest.value.results).map(([key, source]) => [key, moved.source(source)])),
    why: [...rest.value.why, ...plan.why.filter((choice) => !told.has(choice.key))],
    guards: rest.value.guards,
    policy: plan.policy,
    snapshot,
    origin: "goal",
  });
}

const AS_IT_IS: Renaming = { id: (id) => id, source: (source) => source };

/** Keys that succeeded steps gave. What a composite's parts made for each other stays inside; what it puts out counts. */
function available({ plan, succeeded }: Standing): ReadonlyMap<ContractKey, Source> {
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
 * New names for the resolved remainder. A step or composite keeps its id when the old plan has the very same under it and
 * nothing of it has succeeded or died; otherwise it gets one that was never used.
 */
function renaming(
  rest: Plan,
  { plan, failed, succeeded }: Standing,
  there: ReadonlyMap<ContractKey, Source>,
): Renaming {
  const { stepById } = planIndex(plan);
  const dead = new Set(failed.map((step) => step.id));
  const same = (step: PlanStep): boolean => {
    const old = stepById.get(step.id);
    return old?.node === step.node && old.version === step.version && !dead.has(step.id) && !succeeded.has(step.id);
  };
  const stays = new Map<StepId, boolean>();
  for (const step of rest.steps) stays.set(rootOf(step.id), (stays.get(rootOf(step.id)) ?? true) && same(step));
  const taken = new Set([...plan.steps.map((step) => rootOf(step.id)), ...stays.keys()]);
  const roots = new Map<StepId, StepId>();
  for (const [root, keeps] of stays) {
    const used = plan.steps.some((step) => rootOf(step.id) === root);
    roots.set(root, keeps || !used ? root : freshId(root, taken));
  }
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
