import type { RunSignal } from "../../../contracts/api/run.ts";
import type { Paint } from "../paint.ts";
import { type Failure, failureIn, headOf, isObject } from "./failure-text.ts";
import { oneLine } from "../printer.ts";

/** Tells each signal of a run in one line, with the time since the first. What a step failed for is not told of its run again. */
export function signalTeller(paint: Paint): (signal: RunSignal) => string {
  let first: number | null = null;
  const told = new Set<string>();
  return (signal) => {
    const failure = failureIn(signal["error"]);
    const isTold = failure !== null && signal.type === "signal.graph.completed" && told.has(headOf(failure));
    if (failure !== null) told.add(headOf(failure));
    const at = Date.parse(text(signal["timestamp"]));
    first ??= at;
    return `${paint("dim", `+${at - first} ms`.padStart(10))}  ${oneLine(describe(signal, isTold ? null : failure, paint))}\n`;
  };
}

function describe(signal: RunSignal, failure: Failure | null, paint: Paint): string {
  const { type, step, node, version, attempt } = signal;
  if (type === "signal.graph.completed")
    return paint(colourOf(text(signal["status"])), `run ${text(signal["status"])}`) + problemOf(failure);
  if (type === "signal.graph.replanned") return `goes on without ${replacedNodes(signal)}`;
  const again = attempt === 1 ? "" : `, attempt ${text(attempt)}`;
  return `${text(step).padEnd(20)}  ${`${text(node)}@${text(version)}`.padEnd(24)}  ${eventOf(signal, failure, paint)}${again}`;
}

/** The nodes whose death made the plan change. */
function replacedNodes({ replaced }: RunSignal): string {
  const dead = Array.isArray(replaced) ? replaced.filter((one) => isObject(one) && one["status"] === "failed") : [];
  return dead.map(({ node, version }) => `${text(node)}@${text(version)}`).join(", ");
}

function eventOf(signal: RunSignal, failure: Failure | null, paint: Paint): string {
  const { type, via, status, will_retry: again, execution_time_ms: ms } = signal;
  if (type === "signal.node.dispatch") return via === "wait" ? "waits" : via === "queue" ? "starts" : "starts inline";
  if (type !== "signal.node.result") return type.replace(/^signal\./, "");
  const took = typeof ms === "number" ? ` in ${Math.round(ms)} ms` : "";
  return `${paint(colourOf(text(status)), text(status))}${took}${problemOf(failure)}${again === true ? ", again later" : ""}`;
}

const problemOf = (failure: Failure | null): string => (failure === null ? "" : `: ${headOf(failure)}`);

/** The colour of a run's or a step's status. */
export function colourOf(status: string): Parameters<Paint>[0] {
  if (status === "succeeded" || status === "cached") return "green";
  if (status === "failed" || status === "failure" || status === "cancelled") return "red";
  return status === "waiting" || status === "paused" ? "yellow" : "dim";
}

const text = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value ?? null);
