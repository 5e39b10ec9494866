import { planIndex } from "../../plan/model/plan-index.ts";
import type { Boundary, PlanStep, Source } from "../../plan/model/plan.ts";
import { nodeRef, type NodeRef } from "../../registry/node.ts";
import type { AttemptFacts } from "../../trust/observation.ts";
import { TERMINAL_STEP, type ReplacedStep, type RunState, type StepState } from "../model/state.ts";
import { sizeOf, type StoredValue } from "../model/value.ts";

/** What a run saw of one composite. */
export interface CompositeFacts {
  readonly node: NodeRef;
  readonly facts: AttemptFacts;
}

/**
 * What a run says about its composites, each once: it succeeded when every output of it was made here, it failed when a
 * part of it died. Nothing is said of one that was only repeated in part, whose outputs lay behind a closed gate, or that
 * ended because of something outside. Waiting is nobody's latency.
 */
export function compositeFacts(state: RunState): readonly CompositeFacts[] {
  const replaced = state.replaced ?? [];
  const gone = new Set(replaced.flatMap(({ within = [] }) => within.map(({ id }) => id)));
  const found = (state.plan.boundaries ?? []).flatMap((boundary) => {
    const facts = gone.has(boundary.id) ? null : factsOf(state, boundary);
    return facts ? [{ node: nodeRef({ name: boundary.node, version: boundary.version }), facts }] : [];
  });
  return [...found, ...replacedComposites(replaced)];
}

interface Part {
  readonly step: PlanStep;
  readonly state: StepState;
}

function factsOf(state: RunState, boundary: Boundary): AttemptFacts | null {
  const parts = partsOf(state, boundary);
  const isTried = parts.some(({ state: own }) => own.attempts.length > 0);
  if (!isTried || parts.some(({ state: own }) => !TERMINAL_STEP.has(own.status))) return null;
  const dead = parts.find(({ state: own }) => own.status === "failed");
  const inputBytes = bytesInto(state, boundary);
  if (dead) return failureOf(dead, parts, inputBytes);
  const made = parts.filter(({ state: own }) => own.outcome?.ok);
  const isWhole =
    made.every(({ state: own }) => own.attempts.length > 0) &&
    parts.every(({ state: own }) => own.outcome?.ok || own.passedOver) &&
    Object.values(boundary.outputs).every(
      ({ step }) => !parts.some((part) => part.step.id === step) || made.some((part) => part.step.id === step),
    );
  if (!isWhole) return null;
  return {
    result: "success",
    code: null,
    cached: made.every(({ state: own }) => own.outcome?.ok === true && own.outcome.cached),
    inputBytes,
    ...timesOf(made),
  };
}

function failureOf({ state }: Part, parts: readonly Part[], inputBytes: number): AttemptFacts | null {
  const { outcome } = state;
  if (!outcome || outcome.ok) return null;
  return {
    result: "failure",
    code: outcome.fault.code,
    ...(outcome.fault.blameless ? { blameless: true } : {}),
    cached: false,
    inputBytes,
    ...timesOf(parts),
  };
}

/** Composites that left the plan because a part of theirs died, each once for every time the plan was changed. */
function replacedComposites(replaced: readonly ReplacedStep[]): readonly CompositeFacts[] {
  const found = new Map<string, CompositeFacts>();
  for (const { step, state, within = [], replan } of replaced) {
    if (state.status !== "failed") continue;
    for (const { id, node, version } of within) {
      const facts = failureOf({ step, state }, [{ step, state }], state.outcome?.inputBytes ?? 0);
      const key = `${replan} ${id}`;
      if (facts && !found.has(key)) found.set(key, { node: nodeRef({ name: node, version }), facts });
    }
  }
  return [...found.values()];
}

function partsOf(state: RunState, { steps }: Boundary): readonly Part[] {
  const { stepById, segmentOf } = planIndex(state.plan);
  return steps.flatMap((id) => {
    const step = stepById.get(id);
    const own = state.segments.get(segmentOf.get(id) ?? "")?.steps.find((one) => one.id === id);
    return step && own ? [{ step, state: own }] : [];
  });
}

function timesOf(parts: readonly Part[]): Pick<AttemptFacts, "durationMs" | "timeoutMs" | "endedAt"> {
  let [durationMs, timeoutMs, endedAt] = [0, 0, 0];
  for (const { step, state } of parts) {
    if (!state.outcome) continue;
    endedAt = Math.max(endedAt, state.outcome.startedAt + state.outcome.durationMs);
    if (step.wait) continue;
    durationMs += state.outcome.durationMs;
    timeoutMs += step.timeoutMs;
  }
  return { durationMs, timeoutMs, endedAt };
}

const bytesInto = (state: RunState, { inputs }: Boundary): number =>
  Object.values(inputs).reduce((sum, source) => {
    const value = valueOf(state, source);
    return value === undefined ? sum : sum + sizeOf(value);
  }, 0);

function valueOf(state: RunState, { step, key }: Source): StoredValue | undefined {
  if (step === null) return state.given[key];
  const segment = state.segments.get(planIndex(state.plan).segmentOf.get(step) ?? "");
  const outcome = segment?.steps.find(({ id }) => id === step)?.outcome;
  return outcome?.ok ? outcome.outputs[key] : undefined;
}
