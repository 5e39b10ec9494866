import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";
import { fault, type Fault } from "../../errors.ts";
import type { PlanStep } from "../../plan/model/plan.ts";
import type { WaitSpec } from "../../plan/model/wait.ts";
import type { Draft } from "../reduce/draft.ts";
import { valueHash } from "../model/hash.ts";
import type { Instant, StepOutcome, StepState, Waiting } from "../model/state.ts";
import { lease } from "../model/step.ts";
import { isRef, type StoredValue } from "../model/value.ts";

/** A step begins to wait. Its inputs are there; they may say for how long and for what. */
export function beginWait(draft: Draft, planned: PlanStep, spec: WaitSpec, step: StepState, epoch: number): StepState {
  const input = (key: string): JsonValue | undefined => {
    const source = planned.inputs[key];
    const stored = source && draft.value(source);
    return stored && !isRef(stored) ? stored.v : undefined;
  };
  const waiting: Waiting = {
    kind: spec.kind,
    event: spec.kind === "event" ? (text(input("wait.event")) ?? spec.event ?? step.id) : null,
    until: untilOf(spec, input, draft.now),
    prompt: text(input("wait.prompt")) ?? null,
  };
  return { ...lease(step, epoch, draft.takeSeq(), "wait", draft.now), status: "waiting", waiting };
}

function untilOf(spec: WaitSpec, input: (key: string) => JsonValue | undefined, now: Instant): Instant {
  if (spec.kind !== "sleep") return now + (positive(input("wait.timeout_ms")) ?? spec.timeoutMs);
  const until = input("wait.until");
  const moment = typeof until === "string" ? Date.parse(until) : Number.NaN;
  return Number.isNaN(moment) ? now + (positive(input("wait.ms")) ?? spec.ms ?? 0) : Math.max(now, moment);
}

const text = (value: JsonValue | undefined): string | undefined => (typeof value === "string" ? value : undefined);
const positive = (value: JsonValue | undefined): number | undefined =>
  typeof value === "number" && value >= 0 ? Math.min(value, Number.MAX_SAFE_INTEGER / 2) : undefined;

/** A wait that ended well: its value is the step's first output. */
export function waitOver(planned: PlanStep, value: StoredValue, step: StepState, now: Instant): StepOutcome {
  const key = planned.outputs[0];
  const outputs = key === undefined ? {} : { [key]: value };
  const startedAt = step.attempts.at(-1)?.dispatchedAt ?? now;
  return {
    ok: true,
    outputs,
    inputHash: valueHash({}),
    outputHash: valueHash(isRef(value) ? value.ref.sha256 : value.v),
    inputBytes: 0,
    startedAt,
    durationMs: Math.max(0, now - startedAt),
    cached: false,
  };
}

/** A wait that ended badly. */
export function waitFailed(problem: Fault, step: StepState, now: Instant): StepOutcome {
  const startedAt = step.attempts.at(-1)?.dispatchedAt ?? now;
  return {
    ok: false,
    fault: { ...problem, retryable: false },
    inputHash: null,
    inputBytes: 0,
    startedAt,
    durationMs: Math.max(0, now - startedAt),
  };
}

/** What the end of a wait's time means: a sleep is over, anything else did not come. */
export function timeIsUp(planned: PlanStep, step: StepState, waiting: Waiting, now: Instant): StepOutcome {
  if (waiting.kind === "sleep") return waitOver(planned, { v: { until: waiting.until } }, step, now);
  const what = waiting.kind === "event" ? `the event '${waiting.event ?? ""}'` : "an approval";
  return waitFailed(fault("WAIT_TIMEOUT", `${what} did not come in time`, { place: `step ${step.id}` }), step, now);
}

/** A person's word as an outcome. */
export function wordOutcome(
  planned: PlanStep,
  step: StepState,
  approved: boolean,
  word: JsonObject,
  now: Instant,
): StepOutcome {
  if (approved) return waitOver(planned, { v: { approved, ...word } }, step, now);
  return waitFailed(
    fault("APPROVAL_REJECTED", "the step was not approved", { place: `step ${step.id}`, details: word }),
    step,
    now,
  );
}
