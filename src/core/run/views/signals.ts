import type {
  CompletedSignal,
  DispatchSignal,
  ProgressSignal,
  ReplannedSignal,
  ResultSignal,
  RunSignal,
} from "../../../../contracts/api/signals.ts";
import type { Attempt, ReplacedStep, RunState } from "../model/state.ts";
import { isoTime } from "../model/time.ts";
import { triedSteps, type TriedStep } from "../model/tried-steps.ts";

/** A numbered event of a run. Numbers grow with time and never repeat within a run. */
export type Signal = RunSignal;

/**
 * The run's signals after the given number, in order. Derived from the attempts on record, so they cost no storage of
 * their own and cannot disagree with the state.
 */
export function signalsOf(state: RunState, after = 0): readonly Signal[] {
  const signals: Signal[] = [];
  for (const tried of triedSteps(state)) {
    for (const [index, attempt] of tried.state.attempts.entries()) {
      // What was found in the cache was never sent out.
      if (attempt.dispatchSeq > after && attempt.via !== "cache")
        signals.push(dispatchSignal(state, tried, attempt, index + 1));
      if (attempt.progress && attempt.progress.seq > after)
        signals.push(progressSignal(state, tried, attempt, attempt.progress, index + 1));
      if (attempt.resultSeq !== null && attempt.resultSeq > after)
        signals.push(resultSignal(state, tried, attempt, index + 1));
    }
  }
  for (const left of Map.groupBy(state.replaced ?? [], ({ seq }) => seq).values()) {
    if ((left[0]?.seq ?? 0) > after) signals.push(replannedSignal(state, left));
  }
  const { completedSeq } = state.header;
  if (completedSeq !== null && completedSeq > after) signals.push(completedSignal(state, completedSeq));
  return signals.sort((a, b) => a.seq - b.seq);
}

function common(state: RunState, { step }: TriedStep, attempt: Attempt, number: number) {
  return {
    run_id: state.header.id,
    correlation_id: state.header.correlationId,
    step: step.id,
    node: step.node,
    version: step.version,
    segment: step.segment,
    attempt: number,
    epoch: attempt.epoch,
    via: attempt.via,
  };
}

function dispatchSignal(state: RunState, tried: TriedStep, attempt: Attempt, number: number): DispatchSignal {
  return {
    seq: attempt.dispatchSeq,
    type: "signal.node.dispatch",
    ...common(state, tried, attempt, number),
    timestamp: isoTime(attempt.dispatchedAt),
  };
}

function progressSignal(
  state: RunState,
  tried: TriedStep,
  attempt: Attempt,
  { seq, at, fraction, message }: NonNullable<Attempt["progress"]>,
  number: number,
): ProgressSignal {
  return {
    seq,
    type: "signal.node.progress",
    ...common(state, tried, attempt, number),
    fraction,
    message,
    timestamp: isoTime(at),
  };
}

function resultSignal(state: RunState, tried: TriedStep, attempt: Attempt, number: number): ResultSignal {
  const step = tried.state;
  const last = number === step.attempts.length;
  const outcome = last ? step.outcome : null;
  return {
    seq: attempt.resultSeq ?? 0,
    type: "signal.node.result",
    ...common(state, tried, attempt, number),
    status: attempt.fault ? "failure" : last && !attempt.released ? step.status : "released",
    will_retry: attempt.fault !== null && !(last && step.status === "failed"),
    execution_time_ms: attempt.durationMs,
    output_hash: outcome?.ok ? outcome.outputHash : null,
    events: outcome?.ok ? (outcome.events ?? []) : [],
    error: attempt.fault ? { code: attempt.fault.code, message: attempt.fault.message } : null,
    timestamp: isoTime(attempt.finishedAt ?? attempt.dispatchedAt),
  };
}

/** The run goes on with another plan: which steps left it, and which of them had died. */
function replannedSignal({ header }: RunState, left: readonly ReplacedStep[]): ReplannedSignal {
  const [first] = left;
  return {
    seq: first?.seq ?? 0,
    type: "signal.graph.replanned",
    run_id: header.id,
    correlation_id: header.correlationId,
    replan: first?.replan ?? 0,
    replaced: left.map(({ step, state }) => ({
      step: step.id,
      node: step.node,
      version: step.version,
      status: state.status,
    })),
    timestamp: isoTime(first?.at ?? header.createdAt),
  };
}

function completedSignal(state: RunState, seq: number): CompletedSignal {
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
