import type { WireClient } from "../../../src/client/wire-client.ts";
import type { Screen } from "./screen.ts";

/** Prints every signal of a run as it happens, and resolves when the run has ended. */
export async function follow(client: WireClient, runId: string, screen: Screen): Promise<void> {
  let first: number | null = null;
  for await (const signal of client.runs.events(runId)) {
    const at = Date.parse(text(signal["timestamp"]));
    first ??= at;
    const what = signal.type.replace(/^signal\./, "").padEnd(15);
    screen.faint(`  ${`+${at - first} ms`.padStart(9)}  ${what}  ${describe(signal)}`.trimEnd());
  }
}

function describe(signal: Readonly<Record<string, unknown>>): string {
  const { type, node, version, via, status, execution_time_ms: ms, attempt, error } = signal;
  const problem = typeof error === "object" && error !== null && "message" in error ? `: ${text(error.message)}` : "";
  if (type === "signal.graph.completed") return `${text(status)}${problem}`;
  const who = `${text(node)}@${text(version)}`.padEnd(24);
  const again = attempt === 1 ? "" : `, attempt ${text(attempt)}`;
  if (type === "signal.node.result") return `${who}  ${text(status)}, ${text(ms)} ms${again}${problem}`;
  return `${who}  ${via === "queue" ? "through the queue" : "inline"}${again}`;
}

const text = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value);
