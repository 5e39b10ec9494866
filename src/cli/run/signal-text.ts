import type { RunSignal } from "../../../contracts/api/run.ts";
import type { Paint } from "../paint.ts";

/** Tells each signal of a run in one line, with the time since the first. */
export function signalTeller(paint: Paint): (signal: RunSignal) => string {
  let first: number | null = null;
  return (signal) => {
    const at = Date.parse(text(signal["timestamp"]));
    first ??= at;
    return `${paint("dim", `+${at - first} ms`.padStart(10))}  ${describe(signal, paint)}\n`;
  };
}

function describe(signal: RunSignal, paint: Paint): string {
  const { type, step, node, version, attempt } = signal;
  if (type === "signal.graph.completed")
    return paint(colourOf(text(signal["status"])), `run ${text(signal["status"])}`) + problemOf(signal);
  if (type === "signal.graph.replanned") return `goes on without ${replacedNodes(signal)}`;
  const again = attempt === 1 ? "" : `, attempt ${text(attempt)}`;
  return `${text(step).padEnd(20)}  ${`${text(node)}@${text(version)}`.padEnd(24)}  ${eventOf(signal, paint)}${again}`;
}

/** The nodes whose death made the plan change. */
function replacedNodes({ replaced }: RunSignal): string {
  const dead = Array.isArray(replaced) ? replaced.filter((one) => isObject(one) && one["status"] === "failed") : [];
  return dead.map(({ node, version }) => `${text(node)}@${text(version)}`).join(", ");
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

function eventOf(signal: RunSignal, paint: Paint): string {
  const { type, via, status, will_retry: again, execution_time_ms: ms } = signal;
  if (type === "signal.node.dispatch") return via === "wait" ? "waits" : via === "queue" ? "starts" : "starts inline";
  if (type !== "signal.node.result") return type.replace(/^signal\./, "");
  const took = typeof ms === "number" ? ` in ${Math.round(ms)} ms` : "";
  return `${paint(colourOf(text(status)), text(status))}${took}${problemOf(signal)}${again === true ? ", again later" : ""}`;
}

function problemOf({ error }: RunSignal): string {
  if (typeof error !== "object" || error === null || !("code" in error) || !("message" in error)) return "";
  return `: ${text(error.code)}: ${text(error.message)}`;
}

/** The colour of a run's or a step's status. */
export function colourOf(status: string): Parameters<Paint>[0] {
  if (status === "succeeded" || status === "cached") return "green";
  if (status === "failed" || status === "failure" || status === "cancelled") return "red";
  return status === "waiting" || status === "paused" ? "yellow" : "dim";
}

const text = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value ?? null);
