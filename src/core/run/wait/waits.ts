import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";
import { fault, type Fault } from "../../errors.ts";
import type { PlanStep } from "../../plan/model/plan.ts";
import type { WaitSpec } from "../../plan/model/wait.ts";
import type { Draft } from "../reduce/draft.ts";
import { valueHash } from "../model/hash.ts";
import { momentOf } from "./moment.ts";
import type { Instant, StepOutcome, StepState, Waiting } from "../model/state.ts";
import { lease } from "../model/step.ts";
import { isRef, type StoredValue } from "../model/value.ts";

/**
 * A step begins to wait. Its inputs are there; they may say for how long and for what. What they say is taken whole or
 * not at all: an input that is no time, name or text ends the wait at once (see Draft.refuse).
 */
export function beginWait(draft: Draft, planned: PlanStep, spec: WaitSpec, step: StepState, epoch: number): StepState {
  const said = new Said(draft, planned);
  const waiting: Waiting = {
    kind: spec.kind,
    event: spec.kind === "event" ? (said.text("wait.event") ?? spec.event ?? step.id) : null,
    until: untilOf(spec, said, draft.now),
    prompt: said.text("wait.prompt") ?? null,
  };
  if (said.problem) draft.refuse(step.id, { ...said.problem, place: `step ${step.id}` });
  return { ...lease(step, epoch, draft.takeSeq(), "wait", draft.now), status: "waiting", waiting };
}

function untilOf(spec: WaitSpec, said: Said, now: Instant): Instant {
  if (spec.kind !== "sleep") return now + (said.ms("wait.timeout_ms") ?? wholeMs(spec.timeoutMs));
  const until = said.moment("wait.until");
  return until === undefined ? now + (said.ms("wait.ms") ?? wholeMs(spec.ms ?? 0)) : Math.max(now, until);
}

/** Fractions of a millisecond are rounded up, so that no wait ends early; a wait of less than nothing is over. */
const wholeMs = (ms: number): number => Math.min(Math.max(0, Math.ceil(ms)), MAX_WAIT_MS);
const MAX_WAIT_MS = Math.floor(Number.MAX_SAFE_INTEGER / 2);

/** What a wait's inputs say, and the first of them that cannot be used. */
class Said {
  problem: Fault | null = null;
  readonly #draft: Draft;
  readonly #inputs: PlanStep["inputs"];

  constructor(draft: Draft, { inputs }: PlanStep) {
    this.#draft = draft;
    this.#inputs = inputs;
  }

  text(key: string): string | undefined {
    return this.#read(key, "a text", (value) => (typeof value === "string" ? value : undefined));
  }

  ms(key: string): number | undefined {
    return this.#read(key, "a number of milliseconds, 0 or more", (value) =>
      typeof value === "number" && value >= 0 ? wholeMs(value) : undefined,
    );
  }

  moment(key: string): Instant | undefined {
    return this.#read(key, "a moment such as 2026-12-31T23:59:60Z", (value) =>
      typeof value === "string" ? (momentOf(value) ?? undefined) : undefined,
    );
  }

  #read<T>(key: string, wanted: string, take: (value: JsonValue) => T | undefined): T | undefined {
    const source = this.#inputs[key];
    const stored = source && this.#draft.value(source);
    if (!stored) return undefined;
    const taken = isRef(stored) ? undefined : take(stored.v);
    if (taken === undefined) {
      const what = isRef(stored) ? "takes more than 64 KB" : `is not ${wanted}`;
      this.problem ??= fault("INPUT_STATE_INVALID", `${key} ${what}`, { hint: `give it ${wanted}` });
    }
    return taken;
  }
}

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
