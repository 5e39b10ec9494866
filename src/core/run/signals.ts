import type { JsonObject } from "../../../contracts/json.ts";
import { planIndex } from "../plan/plan-index.ts";
import type { Attempt, RunState, StepState } from "./state.ts";
import { isoTime } from "./time.ts";

/** A numbered event of a run. Numbers grow with time and never repeat within a run. */
export type Signal = JsonObject & { readonly seq: number; readonly type: string };

/**
 * The run's signals after the given number, in order. Derived from the attempts on record, so they cost no storage of
 * their own and cannot disagree with the state.
 */
export function signalsOf(state: RunState, after = 0): readonly Signal[] {
  const signals: Signal[] = [];
  for (const segment of state.segments.values()) {
    for (const step of segment.steps) {
      for (const [index, attempt] of step.attempts.entries()) {
        if (attempt.dispatchSeq > after) signals.push(dispatchSignal(state, segment.id, step, attempt, index + 1));
        if (attempt.resultSeq !== null && attempt.resultSeq > after)
          signals.push(resultSignal(state, segment.id, step, attempt, index + 1));
      }
    }
  }
  const { completedSeq } = state.header;
  if (completedSeq !== null && completedSeq > after) signals.push(completedSignal(state, completedSeq));
  return signals.sort((a, b) => a.seq - b.seq);
}

function common(state: RunState, segment: string, step: StepState, attempt: Attempt, number: number): JsonObject {
  const planned = planIndex(state.plan).stepById.get(step.id);
  return {
    run_id: state.header.id,
    correlation_id: state.header.correlationId,
    step: step.id,
    node: planned?.node ?? "",
    version: planned?.version ?? "",
    segment,
    attempt: number,
    epoch: attempt.epoch,
    via: attempt.via,
  };
}

function dispatchSignal(state: RunState, segment: string, step: StepState, attempt: Attempt, number: number): Signal {
  return {
    seq: attempt.dispatchSeq,
    type: "signal.node.dispatch",
    ...common(state, segment, step, attempt, number),
    timestamp: isoTime(attempt.dispatchedAt),
  };
}

function resultSignal(state: RunState, segment: string, step: StepState, attempt: Attempt, number: number): Signal {
  const last = number === step.attempts.length;
  const outcome = last ? step.outcome : null;
  return {
    seq: attempt.resultSeq ?? 0,
    type: "signal.node.result",
    ...common(state, segment, step, attempt, number),
    status: attempt.fault ? "failure" : last ? step.status : "released",
    will_retry: attempt.fault !== null && !(last && step.status === "failed"),
    execution_time_ms: attempt.durationMs,
    output_hash: outcome?.ok ? outcome.outputHash : null,
    events: outcome?.ok ? (outcome.events ?? []) : [],
    error: attempt.fault ? { code: attempt.fault.code, message: attempt.fault.message } : null,
    timestamp: isoTime(attempt.finishedAt ?? attempt.dispatchedAt),
  };
}

function completedSignal(state: RunState, seq: number): Signal {
  const { header } = state;
  return {
    seq,
    type: "signal.graph.completed",
    run_id: header.id,
    correlation_id: header.correlationId,
    status: header.status,
    error: header.fault ? { code: header.fault.code, message: header.fault.message } : null,
    timestamp: isoTime(header.finishedAt ?? header.createdAt),
  };
}
