import type { RunSignal, RunView } from "../../../contracts/api/run.ts";
import type { Paint } from "../paint.ts";
import { colourOf } from "./signal-text.ts";
import { oneLine } from "../printer.ts";

const MARKS: Readonly<Record<string, string>> = {
  succeeded: "✓",
  cached: "✓",
  failed: "✗",
  cancelled: "✗",
  skipped: "–",
  waiting: "…",
  leased: "▸",
  pending: "·",
  ready: "·",
};

interface Row {
  readonly node: string;
  readonly status: string;
  /** Milliseconds the last attempt took, once it has ended. */
  readonly ms: number | null;
  readonly note: string;
}

/** All steps of a run at a glance, kept true by the run's signals. */
export class StepBoard {
  readonly #rows = new Map<string, Row>();
  /** With another plan a run has steps it did not begin with. */
  #replanned = false;

  constructor({ steps }: Pick<RunView, "steps">) {
    for (const { id, node, version, status } of steps) {
      this.#rows.set(id, { node: `${node}@${version}`, status, ms: null, note: "" });
    }
  }

  apply(signal: RunSignal): void {
    const { type, step, node, version, via, status, execution_time_ms: ms, error, attempt } = signal;
    if (type === "signal.graph.replanned") this.#replanned = true;
    if (typeof step !== "string") return;
    const added = { node: `${String(node)}@${String(version)}`, status: "", ms: null, note: "" };
    const row = this.#rows.get(step) ?? (this.#replanned ? added : null);
    if (!row) return;
    const tries = typeof attempt === "number" && attempt > 1 ? `attempt ${attempt}` : "";
    if (type === "signal.node.dispatch") {
      this.#rows.set(step, { ...row, status: via === "wait" ? "waiting" : "leased", ms: null, note: tries });
    } else if (type === "signal.node.result") {
      const ended = status === "failure" ? (signal["will_retry"] === true ? "ready" : "failed") : status;
      const note = typeof error === "object" && error !== null && "message" in error ? String(error.message) : tries;
      this.#rows.set(step, {
        ...row,
        status: ended === "released" ? "ready" : String(ended),
        ms: typeof ms === "number" ? Math.round(ms) : null,
        note,
      });
    }
  }

  /** One line a step, none longer than `columns`. */
  lines(columns: number, paint: Paint): readonly string[] {
    const width = Math.max(0, ...[...this.#rows.keys()].map((id) => id.length));
    return [...this.#rows].map(([id, { node, status, ms, note }]) => {
      const time = ms === null ? "" : `  ${ms} ms`;
      const line = oneLine(`${id.padEnd(width)}  ${node}  ${status}${time}${note === "" ? "" : `  ${note}`}`);
      const cut = line.length > columns - 2 ? `${line.slice(0, Math.max(0, columns - 3))}…` : line;
      return paint(colourOf(status), `${MARKS[status] ?? "·"} ${cut}`);
    });
  }
}
