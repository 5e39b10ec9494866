import { fault, type Fault } from "../../errors.ts";
import { planIndex } from "../../plan/model/plan-index.ts";
import { gateToWire } from "../../plan/stored/plan-to-wire.ts";
import type { Plan, PlanStep, Source, StepId } from "../../plan/model/plan.ts";
import type { ContractKey } from "../../registry/node.ts";
import { err, ok, type Result } from "../../result.ts";
import { begin, recount, type RunRequest } from "./begin.ts";
import { readsOf, withHollowSteps } from "./boundary.ts";
import { hasSucceeded } from "../dispatch/dispatch-segment.ts";
import {
  TERMINAL_RUN,
  type Instant,
  type RunState,
  type SegmentState,
  type StepOutcome,
  type StepState,
} from "../model/state.ts";
import { depthOf, type RerunOrigin } from "../model/origin.ts";
import type { StoredValue } from "../model/value.ts";

/** What stands in the place of a step's outputs. */
export interface SetOutputs {
  /** The keys that were told. */
  readonly keys: readonly ContractKey[];
  /** All outputs of the step, those that were told among them. */
  readonly outputs: Readonly<Record<ContractKey, StoredValue>>;
  readonly outputHash: string;
}

type SetSteps = ReadonlyMap<StepId, SetOutputs>;
const NONE_SET: SetSteps = new Map();

/** What a rerun changes. */
export interface RerunOptions {
  /** The step to execute anew; null executes everything anew. */
  readonly from: StepId | null;
  /** Whether everything that depends on `from` is executed anew too. */
  readonly downstream: boolean;
  /** Given values that replace the original ones. */
  readonly given: Readonly<Record<string, StoredValue>>;
  /** What stands in the place of steps' outputs; those steps are not executed. */
  readonly set?: SetSteps;
  /** Steps that are executed anew together or not at all. */
  readonly whole?: readonly (readonly StepId[])[];
  /** A plan that replaces the original one, such as a mutation of it. */
  readonly plan: Plan | null;
}

/**
 * A new run that repeats an ended one. Steps that need not be executed anew begin with the outcome they had: the same
 * values, no attempt, no observation of trust. So does what a closed gate has passed over: as long as nothing it asks
 * about is replaced, its gate stays closed. Decided anew are the chosen step, what depends on it, whatever did not
 * succeed, whatever the changed plan defines differently, and whatever reads a changed value, given or of a step, its gate
 * included. A step whose value is told is not executed, whatever comes before it.
 */
export function rerunOf(
  original: RunState,
  request: Omit<RunRequest, "origin">,
  options: RerunOptions,
  now: Instant,
): Result<RunState, Fault> {
  const { header } = original;
  if (!TERMINAL_RUN.has(header.status)) {
    return err(
      fault("INVALID_STATE", `run '${header.id}' is ${header.status}`, { hint: "cancel it, or wait for its end" }),
    );
  }
  const plan = options.plan ?? original.plan;
  const { stepById } = planIndex(plan);
  if (options.from !== null && !stepById.has(options.from)) {
    return err(
      fault("INVALID_PARAMETER", `the plan has no step '${options.from}'`, {
        place: "$.from",
        hint: `its steps are ${plan.steps
          .slice(0, 20)
          .map(({ id }) => id)
          .join(", ")}`,
      }),
    );
  }
  const given = { ...original.given, ...options.given };
  const missing = plan.given.find((key) => !Object.hasOwn(given, key));
  if (missing !== undefined) {
    return err(
      fault("INVALID_PARAMETER", `the plan needs '${missing}', which neither the run nor the request was given`, {
        place: `$.given[${JSON.stringify(missing)}]`,
        hint: "give it a value",
      }),
    );
  }
  const set = options.set ?? NONE_SET;
  const known = withSet(stepStates(original), set, now);
  const anew = stepsAnew(original.plan, plan, known, { ...options, set });
  const origin: RerunOrigin = { kind: "rerun", runId: header.id, from: options.from, depth: depthOf(header) + 1 };
  const fresh = begin({ ...request, origin }, plan, given, now);
  const segments = new Map<string, SegmentState>();
  for (const [id, segment] of fresh.segments) {
    segments.set(id, {
      ...segment,
      steps: segment.steps.map((step) => (anew.has(step.id) ? step : keep(step, known))),
    });
  }
  const counted = recount(fresh.header, segments);
  const next: RunState = { ...fresh, segments, ...counted };
  if (counted.openSteps > 0) return ok(next);
  return err(
    fault("INVALID_PARAMETER", "nothing would be executed anew", {
      place: set.size > 0 ? "$.values" : "$.from",
      hint: "leave `from` out to execute every step anew",
    }),
  );
}

function stepsAnew(
  original: Plan,
  plan: Plan,
  states: ReadonlyMap<StepId, StepState>,
  options: RerunOptions & { readonly set: SetSteps },
): ReadonlySet<StepId> {
  const { set } = options;
  if (options.from === null && set.size === 0) return new Set(plan.steps.map(({ id }) => id));
  const before = planIndex(original).stepById;
  const edited = new Set(Object.keys(options.given));
  const isEdited = ({ step, key }: Source): boolean =>
    step === null ? edited.has(key) : set.get(step)?.keys.includes(key) === true;
  const seeds = plan.steps.filter((step) => {
    if (set.has(step.id)) return false;
    const state = states.get(step.id);
    return (
      step.id === options.from ||
      !state ||
      !(hasSucceeded(state) || state.passedOver) ||
      !sameCall(step, before.get(step.id)) ||
      readsOf(step).some(isEdited)
    );
  });
  const anew = new Set<StepId>();
  const { dependents } = planIndex(plan);
  const queue = seeds.map(({ id }) => id);
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    // What a step gives that was told so does not change, whatever came before it.
    if (anew.has(id) || set.has(id)) continue;
    anew.add(id);
    if (id !== options.from || options.downstream) queue.push(...(dependents.get(id) ?? []));
    for (const steps of options.whole ?? []) if (steps.includes(id)) queue.push(...steps);
  }
  return withUnheld(plan, anew, states);
}

/** The steps as they stand once some of them have given what a rerun was told. */
function withSet(states: ReadonlyMap<StepId, StepState>, set: SetSteps, now: Instant): ReadonlyMap<StepId, StepState> {
  const all = new Map(states);
  for (const [id, { keys, outputs, outputHash }] of set) {
    const before = states.get(id)?.outcome;
    const outcome: StepOutcome = {
      ok: true,
      ...{ outputs, outputHash, inputHash: before?.inputHash ?? "", inputBytes: before?.inputBytes ?? 0 },
      ...{ startedAt: now, durationMs: 0, cached: false, set: keys },
    };
    all.set(id, { id, status: "succeeded", attempts: [], retryAt: null, outcome });
  }
  return all;
}

/**
 * Adds the steps that do not hold what a step needs that is decided anew: parts of a composite that was answered as a
 * whole, and steps that were passed over, which the run then passes over again together with whoever needs them.
 */
function withUnheld(
  plan: Plan,
  anew: ReadonlySet<StepId>,
  states: ReadonlyMap<StepId, StepState>,
): ReadonlySet<StepId> {
  const { stepById } = planIndex(plan);
  for (let all = anew; ;) {
    const held = withHollowSteps(plan, all, states);
    const needed = [...held].flatMap((id) => readsOf(stepById.get(id)));
    const passedOver = needed.flatMap(({ step }) => (step !== null && states.get(step)?.passedOver ? [step] : []));
    const next = new Set([...held, ...passedOver]);
    if (next.size === all.size) return next;
    all = next;
  }
}

/** Whether two plans call the same node with values from the same places, under the same condition. */
function sameCall(step: PlanStep, before: PlanStep | undefined): boolean {
  if (!before || step.node !== before.node || step.version !== before.version) return false;
  if (conditionOf(step) !== conditionOf(before)) return false;
  const keys = Object.keys(step.inputs);
  return (
    keys.length === Object.keys(before.inputs).length &&
    keys.every((key) => {
      const [now, then] = [step.inputs[key], before.inputs[key]];
      return now !== undefined && then !== undefined && now.step === then.step && now.key === then.key;
    })
  );
}

const conditionOf = ({ when }: PlanStep): string => (when === undefined ? "" : JSON.stringify(gateToWire(when)));

const stepStates = (state: RunState): ReadonlyMap<StepId, StepState> =>
  new Map([...state.segments.values()].flatMap(({ steps }) => steps.map((step) => [step.id, step] as const)));

function keep(pending: StepState, kept: ReadonlyMap<StepId, StepState>): StepState {
  const { status, outcome, passedOver } = kept.get(pending.id) ?? pending;
  return { ...pending, status, outcome, ...(passedOver ? { passedOver } : {}) };
}
