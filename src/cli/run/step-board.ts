import type { RunView } from "../../../contracts/api/run.ts";
import type { RunSignal } from "../../../contracts/api/signals.ts";
import type { Paint } from "../paint.ts";
import { colourOf, progressText } from "./signal-text.ts";
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
    if (signal.type === "signal.graph.replanned") this.#replanned = true;
    if (!("step" in signal)) return;
    const { step, node, version, attempt } = signal;
    const added = { node: `${node}@${version}`, status: "", ms: null, note: "" };
    const row = this.#rows.get(step) ?? (this.#replanned ? added : null);
    if (!row) return;
    const tries = attempt > 1 ? `attempt ${attempt}` : "";
    if (signal.type === "signal.node.dispatch") {
      this.#rows.set(step, { ...row, status: signal.via === "wait" ? "waiting" : "leased", ms: null, note: tries });
      return;
    }
    if (signal.type === "signal.node.progress") {
      this.#rows.set(step, { ...row, note: progressText(signal) });
      return;
    }
    const { status, will_retry: again, execution_time_ms: ms, error } = signal;
    const ended = status === "failure" ? (again ? "ready" : "failed") : status;
    this.#rows.set(step, {
      ...row,
      status: ended === "released" ? "ready" : ended,
      ms: ms === null ? null : Math.round(ms),
      note: error?.message ?? tries,
    });
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
