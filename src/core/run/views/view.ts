import type { RunError, RunSummaryView, RunView, StepView } from "../../../../contracts/api/run.ts";
import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";
import type { Fault } from "../../errors.ts";
import { planIndex } from "../../plan/model/plan-index.ts";
import { planToWire } from "../../plan/stored/plan-to-wire.ts";
import type { PlanStep } from "../../plan/model/plan.ts";
import type { CacheHit, ReplacedStep, Replanning, RunState, StepState, Waiting } from "../model/state.ts";
import { ownOrigin, type OwnOrigin } from "../model/origin.ts";
import { isoTime, isoTimeOrNull } from "../model/time.ts";
import { wireValue } from "../model/value.ts";
import { givenBy, valueLinks } from "./value-place.ts";
import { outputOf } from "../dispatch/work-item-of.ts";

/** A fault as clients see it. */
export const wireFault = (problem: Fault): RunError => ({
  code: problem.code,
  message: problem.message,
  ...(problem.place === undefined ? {} : { place: problem.place }),
  ...(problem.hint === undefined ? {} : { hint: problem.hint }),
  ...(problem.details === undefined ? {} : { details: problem.details }),
});

/** The wanted values that are there, by contract key; values over 64 KB as references. */
export function outputsOf(state: RunState): JsonObject {
  const outputs: Record<string, JsonValue> = {};
  for (const [key, source] of Object.entries(state.plan.results)) {
    const value = source.step === null ? state.given[source.key] : outputOf(state, source.step, source.key);
    if (value) outputs[key] = wireValue(value);
  }
  return outputs;
}

/** The short form: what became of a run. */
export function summarizeRun(state: RunState): RunSummaryView {
  const { header, plan } = state;
  return {
    run_id: header.id,
    status: header.status,
    operation: header.operation,
    correlation_id: header.correlationId,
    want: plan.want,
    plan_hash: plan.hash,
    created_at: isoTime(header.createdAt),
    finished_at: isoTimeOrNull(header.finishedAt),
    duration_ms: header.finishedAt === null ? null : Math.max(0, header.finishedAt - header.createdAt),
    steps: plan.steps.length,
    replans: header.replans ?? 0,
    queued_steps: stepsOf(state).filter((step) => step.attempts.some(({ via }) => via === "queue")).length,
    outputs: outputsOf(state),
    error: header.fault ? wireFault(header.fault) : null,
  };
}

/** Everything a client may see of a run, its plan included. */
export function viewRun(state: RunState): RunView {
  const { header } = state;
  return {
    ...summarizeRun(state),
    envelope_id: header.envelopeId,
    source_node: header.sourceNode,
    idempotency_key: header.idempotencyKey,
    tags: header.tags,
    deadline_at: isoTimeOrNull(header.deadlineAt),
    ...originView(ownOrigin(header)),
    chains: header.chains ?? null,
    chained: [],
    given: valueLinks(state, null, state.given),
    steps: stepsOf(state).map((step) => ({
      ...stepView(planIndex(state.plan).stepById.get(step.id), step),
      values: valueLinks(state, step.id, givenBy(step)),
    })),
    replaced: (state.replaced ?? []).map((one) => replacedView(state, one)),
    replanning: header.replanning ? replanningView(header.replanning) : null,
    plan: planToWire(state.plan),
  };
}

/** The run it came from, and the message it answers, as clients see them. */
function originView(origin: OwnOrigin): Pick<RunView, "lineage" | "trigger"> {
  switch (origin.kind) {
    case "client":
      return { lineage: null, trigger: null };
    case "rerun":
    case "chain": {
      const { kind, runId, depth } = origin;
      return { lineage: { kind, run_id: runId, from: kind === "rerun" ? origin.from : null, depth }, trigger: null };
    }
    case "trigger": {
      const { id, group, node, part } = origin;
      return { lineage: null, trigger: { trigger_id: id, group, node, part } };
    }
  }
}

/** Steps in the plan's order. */
export function stepsOf(state: RunState): readonly StepState[] {
  const { position } = planIndex(state.plan);
  const steps = [...state.segments.values()].flatMap((segment) => segment.steps);
  return steps.sort((a, b) => (position.get(a.id) ?? 0) - (position.get(b.id) ?? 0));
}

/** A step that left the plan, with why it did: its own error, or that another step's death made it superfluous. */
const replacedView = (run: RunState, { step, state, replan, at }: ReplacedStep): RunView["replaced"][number] => ({
  ...stepView(step, state),
  // The plan's own step of that name goes before it.
  values: planIndex(run.plan).stepById.has(step.id) ? [] : valueLinks(run, step.id, givenBy(state)),
  replan,
  replaced_at: isoTime(at),
});

const replanningView = ({ failed, question }: Replanning): RunView["replanning"] => ({
  failed,
  phase: question === null ? "draining" : "asking",
  tries: question?.tries ?? 0,
});

function stepView(planned: PlanStep | undefined, step: StepState): Omit<StepView, "values"> {
  const { outcome } = step;
  return {
    id: step.id,
    node: planned?.node ?? "",
    version: planned?.version ?? "",
    status: step.status,
    segment: planned?.segment ?? "",
    attempts: step.attempts.map(({ epoch, via, dispatchedAt, finishedAt, durationMs, fault }) => ({
      epoch,
      via,
      dispatched_at: isoTime(dispatchedAt),
      finished_at: isoTimeOrNull(finishedAt),
      duration_ms: durationMs,
      error: fault ? wireFault(fault) : null,
    })),
    retry_at: isoTimeOrNull(step.retryAt),
    limited_by: step.limitedBy ?? null,
    waiting: step.waiting ? waitingView(step.waiting) : null,
    input_hash: outcome?.inputHash ?? null,
    output_hash: outcome?.ok ? outcome.outputHash : null,
    ...(outcome?.ok && outcome.hit ? { cache: hitView(outcome.hit) } : {}),
    ...(outcome?.ok && outcome.set ? { set: outcome.set } : {}),
    error: outcome && !outcome.ok ? wireFault(outcome.fault) : null,
  };
}

/** Where a cached result comes from. */
export const hitView = ({ signature, runId, madeAt, boundary }: CacheHit): NonNullable<StepView["cache"]> => ({
  signature,
  run_id: runId,
  made_at: isoTime(madeAt),
  boundary: boundary ?? null,
});

const waitingView = ({ kind, event, until, prompt }: Waiting): StepView["waiting"] => ({
  kind,
  event,
  until: isoTime(until),
  prompt,
});
