import { describe, expect, it } from "vitest";
import type { RunSignal } from "../../../contracts/api/signals.ts";
import { StepBoard } from "../../../src/cli/run/step-board.ts";
import { signalTeller } from "../../../src/cli/run/signal-text.ts";
import { watcher } from "../../../src/cli/run/watch.ts";
import { STEP } from "../../http/samples.ts";
import { printer } from "../../../src/cli/printer.ts";
import type { Shell } from "../../../src/cli/shell.ts";

const plain = (_: unknown, text: string): string => text;
const step = (id: string, status: "pending" | "succeeded" = "pending") => ({
  ...STEP,
  ...{ id, node: id, version: "1.0.0", status },
});

let seq = 0;
const signal = (type: string, rest: Record<string, unknown>): RunSignal =>
  ({
    seq: ++seq,
    type: `signal.${type}`,
    node: "a",
    version: "1.0.0",
    step: "a",
    attempt: 1,
    timestamp: new Date(Date.UTC(2026, 0, 1) + seq * 10).toISOString(),
    ...rest,
  }) as RunSignal;
const dispatched = (via: string, attempt = 1): RunSignal => signal("node.dispatch", { via, attempt });
const failed = (again: boolean): RunSignal =>
  signal("node.result", {
    status: "failure",
    will_retry: again,
    execution_time_ms: 3.4,
    error: { code: "TIMEOUT_ERROR", message: "too slow" },
  });
const succeeded = (): RunSignal =>
  signal("node.result", { status: "succeeded", will_retry: false, execution_time_ms: 5, error: null });

describe("a line a signal", () => {
  it("says when, who, and what became of it", () => {
    const tell = signalTeller(plain);
    const lines = [
      dispatched("queue"),
      failed(true),
      dispatched("queue", 2),
      succeeded(),
      signal("graph.completed", { status: "succeeded", error: null }),
    ].map(tell);
    expect(lines.map((line) => line.replaceAll(/ +/g, " ").trim())).toEqual([
      "+0 ms a a@1.0.0 starts",
      "+10 ms a a@1.0.0 failure in 3 ms: TIMEOUT_ERROR: too slow, again later",
      "+20 ms a a@1.0.0 starts, attempt 2",
      "+30 ms a a@1.0.0 succeeded in 5 ms",
      "+40 ms run succeeded",
    ]);
  });

  it("tells waits, inline steps and failed runs from others", () => {
    const tell = signalTeller(plain);
    expect(tell(dispatched("wait"))).toContain("waits");
    expect(tell(dispatched("inline"))).toContain("starts inline");
    const end = signal("graph.completed", { status: "failed", error: { code: "X", message: "y" } });
    expect(tell(end)).toContain("run failed: X: y");
  });
});

describe("the board", () => {
  const rows = (signals: readonly RunSignal[], columns = 80): readonly string[] => {
    const board = new StepBoard({ steps: [step("a"), step("later"), step("kept", "succeeded")] });
    for (const one of signals) board.apply(one);
    return board.lines(columns, plain);
  };

  it("shows every step in its place from the beginning", () => {
    expect(rows([])).toEqual([
      "· a      a@1.0.0  pending",
      "· later  later@1.0.0  pending",
      "✓ kept   kept@1.0.0  succeeded",
    ]);
  });

  it.each([
    [[dispatched("queue")], "▸ a      a@1.0.0  leased"],
    [[dispatched("wait")], "… a      a@1.0.0  waiting"],
    [[dispatched("queue"), failed(true)], "· a      a@1.0.0  ready  3 ms  too slow"],
    [[dispatched("queue"), failed(false)], "✗ a      a@1.0.0  failed  3 ms  too slow"],
    [[failed(true), dispatched("queue", 2), succeeded()], "✓ a      a@1.0.0  succeeded  5 ms"],
    [[signal("node.result", { status: "released", execution_time_ms: null, error: null })], "· a      a@1.0.0  ready"],
    [[signal("node.result", { status: "skipped", execution_time_ms: null, error: null })], "– a      a@1.0.0  skipped"],
  ])("%#", (signals, line) => {
    expect(rows(signals)[0]).toBe(line);
  });

  it("knows nothing of steps that are not of the run", () => {
    expect(rows([signal("node.dispatch", { step: "stranger", via: "queue" })])).toEqual(rows([]));
  });

  it("keeps to the width of the terminal", () => {
    for (const line of rows([failed(false)], 20)) expect(line.length).toBeLessThanOrEqual(20);
  });
});

describe("watching", () => {
  function watched(steps: number, isTerminal: boolean, signals: readonly RunSignal[]) {
    const written: string[] = [];
    const sink = printer({ isTerminal, columns: 80, write: (text) => Promise.resolve(void written.push(text)) });
    const view = { steps: Array.from({ length: steps }, (_, i) => step(i === 0 ? "a" : `s${i}`)) };
    const onSignal = watcher(view, sink, { env: {} } as unknown as Shell);
    for (const one of signals) void onSignal(one);
    return written;
  }

  it("draws the board over itself on a terminal", () => {
    const [first, second] = watched(2, true, [dispatched("queue"), succeeded()]);
    expect(first).not.toContain("\u001B[2A");
    expect(second?.startsWith("\u001B[2A\u001B[J")).toBe(true);
    expect(second?.split("\n")).toHaveLength(3);
  });

  it.each([
    [2, false],
    [31, true],
  ])("%i steps, terminal %s: a line a signal", (steps, isTerminal) => {
    const written = watched(steps, isTerminal, [dispatched("queue"), succeeded()]);
    expect(written.map((text) => text.split("\n").length)).toEqual([2, 2]);
    expect(written.join("")).not.toContain("\u001B[2A");
  });
});
