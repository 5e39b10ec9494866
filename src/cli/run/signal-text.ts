import type {
  DispatchSignal,
  ProgressSignal,
  ReplannedSignal,
  ResultSignal,
  RunSignal,
} from "../../../contracts/api/signals.ts";
import type { Paint } from "../paint.ts";
import { type Failure, failureIn, headOf } from "./failure-text.ts";
import { oneLine } from "../printer.ts";

/** Tells each signal of a run in one line, with the time since the first. What a step failed for is not told of its run again. */
export function signalTeller(paint: Paint): (signal: RunSignal) => string {
  let first: number | null = null;
  const told = new Set<string>();
  return (signal) => {
    const failure = "error" in signal ? failureIn(signal.error) : null;
    const isTold = failure !== null && signal.type === "signal.graph.completed" && told.has(headOf(failure));
    if (failure !== null) told.add(headOf(failure));
    const at = Date.parse(signal.timestamp);
    first ??= at;
    return `${paint("dim", `+${at - first} ms`.padStart(10))}  ${oneLine(describe(signal, isTold ? null : failure, paint))}\n`;
  };
}

function describe(signal: RunSignal, failure: Failure | null, paint: Paint): string {
  if (signal.type === "signal.graph.completed")
    return paint(colourOf(signal.status), `run ${signal.status}`) + problemOf(failure);
  if (signal.type === "signal.graph.replanned") return `goes on without ${deadNodes(signal)}`;
  const { step, node, version, attempt } = signal;
  const again = attempt === 1 ? "" : `, attempt ${attempt}`;
  return `${step.padEnd(20)}  ${`${node}@${version}`.padEnd(24)}  ${eventOf(signal, failure, paint)}${again}`;
}

/** The nodes whose death made the plan change. */
const deadNodes = ({ replaced }: ReplannedSignal): string =>
  replaced
    .filter(({ status }) => status === "failed")
    .map(({ node, version }) => `${node}@${version}`)
    .join(", ");

function eventOf(
  signal: DispatchSignal | ProgressSignal | ResultSignal,
  failure: Failure | null,
  paint: Paint,
): string {
  if (signal.type === "signal.node.progress") return progressText(signal);
  if (signal.type === "signal.node.dispatch")
    return signal.via === "wait" ? "waits" : signal.via === "queue" ? "starts" : "starts inline";
  const { status, will_retry: again, execution_time_ms: ms } = signal;
  const took = ms === null ? "" : ` in ${Math.round(ms)} ms`;
  return `${paint(colourOf(status), status)}${took}${problemOf(failure)}${again ? ", again later" : ""}`;
}

/** How far a step has come, in words. */
export function progressText({ fraction, message }: ProgressSignal): string {
  const share = fraction === null ? "" : `${Math.round(fraction * 100)} %`;
  return [share, message ?? ""].filter((part) => part !== "").join("  ");
}

const problemOf = (failure: Failure | null): string => (failure === null ? "" : `: ${headOf(failure)}`);

/** The colour of a run's or a step's status. */
export function colourOf(status: string): Parameters<Paint>[0] {
  if (status === "succeeded" || status === "cached") return "green";
  if (status === "failed" || status === "failure" || status === "cancelled") return "red";
  return status === "waiting" || status === "paused" || status === "partial" ? "yellow" : "dim";
}
