import type { ExecutionResult } from "../../../../contracts/api/run.ts";
import type { RunSignal } from "../../../../contracts/api/signals.ts";
import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";
import { planIndex } from "../../plan/model/plan-index.ts";
import type { PlanStep } from "../../plan/model/plan.ts";
import { nodeRef } from "../../registry/node.ts";
import { factsOf, observe } from "../../trust/observation.ts";
import { observationsOf } from "../reduce/observations.ts";
import { signalsOf } from "./signals.ts";
import { TERMINAL_RUN, type ReplacedStep, type RunState, type StepState } from "../model/state.ts";
import { isoTime } from "../model/time.ts";
import { wireValue } from "../model/value.ts";
import { outputOf } from "../dispatch/work-item-of.ts";
import { hitView, outputsOf, stepsOf, wireFault } from "./view.ts";

/**
 * The execution_result of an ended run, in the JSON shape of the ONEX schema (batch_id, status, results …), extended
 * with input_state, output_state, trace, error and trust per result as the execution architecture asks. Null while the
 * run goes on.
 */
export function executionResult(state: RunState): ExecutionResult | null {
  const { header } = state;
  if (!TERMINAL_RUN.has(header.status)) return null;
  const { stepById: planned } = planIndex(state.plan);
  const traces = Map.groupBy(signalsOf(state), (signal) => ("step" in signal ? signal.step : ""));
  return {
    batch_id: header.id,
    status: statusOf(state),
    started_at: isoTime(header.createdAt),
    completed_at: isoTime(header.finishedAt ?? header.createdAt),
    trust_delta: trustDelta(state),
    results: [
      ...stepsOf(state).map((step) => stepResult(state, planned.get(step.id), step, traces)),
      ...(state.replaced ?? []).map((one) => replacedResult(state, one, traces)),
    ],
    run_status: header.status,
    outputs: outputsOf(state),
    error: header.fault ? wireFault(header.fault) : null,
    correlation_id: header.correlationId,
  };
}

function statusOf(state: RunState): "success" | "partial" | "failure" {
  if (state.header.status === "succeeded") return "success";
  if (state.header.status === "partial") return "partial";
  return stepsOf(state).some((step) => step.outcome?.ok) ? "partial" : "failure";
}

const STATUS = {
  succeeded: "success",
  cached: "success",
  failed: "failure",
  skipped: "skipped",
  cancelled: "skipped",
} as const;

type Traces = ReadonlyMap<string, readonly RunSignal[]>;
type NodeResult = ExecutionResult["results"][number];

/** What a step came to that left the plan. */
function replacedResult(state: RunState, { step, state: own, replan }: ReplacedStep, traces: Traces): NodeResult {
  const result = stepResult(state, step, own, traces);
  return { ...result, metadata: { ...result.metadata, replaced: true, replan } };
}

function stepResult(state: RunState, planned: PlanStep | undefined, step: StepState, traces: Traces): NodeResult {
  const { outcome } = step;
  const problems = step.attempts.flatMap(({ fault }) => (fault ? [fault] : []));
  const observation = outcome && planned ? observe(factsOf(outcome, planned.timeoutMs)) : null;
  return {
    node_id: planned ? nodeRef({ name: planned.node, version: planned.version }) : step.id,
    step: step.id,
    success: outcome?.ok ?? false,
    execution_time_ms: Math.round(outcome?.durationMs ?? 0),
    status: Object.entries(STATUS).find(([own]) => own === step.status)?.[1] ?? "error",
    input_hash: outcome?.inputHash ?? "",
    output_hash: outcome?.ok ? outcome.outputHash : "",
    errors: problems.map(({ code, message }) => `${code}: ${message}`),
    warnings: [],
    metadata: {
      segment: planned?.segment ?? "",
      attempts: step.attempts.length,
      cached: step.status === "cached",
      ...(outcome?.ok && outcome.hit ? { cache: hitView(outcome.hit) } : {}),
    },
    input_state: inputState(state, planned),
    output_state: outcome?.ok ? wireState(outcome.outputs) : null,
    error: outcome && !outcome.ok ? wireFault(outcome.fault) : null,
    trust: observation ? { x: observation.x, weight: observation.w } : null,
    trace: traces.get(step.id) ?? [],
  };
}

/** How far the run's observations lie above or below an even record: Σ w·(x − 0.5), in observation weights. */
const trustDelta = (state: RunState): number =>
  observationsOf(state).reduce((sum, { observation: { w, x } }) => sum + w * (x - 0.5), 0);

function inputState(state: RunState, planned: PlanStep | undefined): JsonObject {
  const input: Record<string, JsonValue> = {};
  for (const [key, source] of Object.entries(planned?.inputs ?? {})) {
    const value = source.step === null ? state.given[source.key] : outputOf(state, source.step, source.key);
    if (value) input[key] = wireValue(value);
  }
  return input;
}

const wireState = (outputs: Readonly<Record<string, Parameters<typeof wireValue>[0]>>): JsonObject =>
  Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, wireValue(value)]));
