import { expect, it } from "vitest";
import type { Paint } from "../../../src/cli/paint.ts";
import { resultReport } from "../../../src/cli/run/run-report.ts";
import { signalTeller } from "../../../src/cli/run/signal-text.ts";
import { StepBoard } from "../../../src/cli/run/step-board.ts";
import { viewReport } from "../../../src/cli/run/view-report.ts";
import { pureNode, testEngine } from "../../support/engines.ts";
import { valueOf } from "../../support/steered-run.ts";
import { CALL } from "../../support/call.ts";

const plain: Paint = (_, text) => text;
const execution = (cost: number) => ({
  cost,
  latencyMs: 1,
  timeoutMs: 1_000,
  retry: { maxRetries: 0, backoff: "fixed", baseMs: 10, maxMs: 10 } as const,
  cache: null,
});

/** A run whose first variant threw. */
async function replanned() {
  const broken = pureNode("broken", "text.in", "text.out", () => null, { execution: execution(0.1) });
  const sound = pureNode("sound", "text.in", "text.out", (text) => text, { execution: execution(0.9) });
  const { engine, send } = await testEngine([broken, sound]);
  const { runId } = valueOf(await send("goal.run", { want: ["text.out"], given: { "text.in": "hey" } }));
  const { runs } = engine.services;
  const { events } = (await runs.events(CALL, runId, 0)) ?? { events: [] };
  return {
    view: (await runs.view(CALL, runId)) ?? expect.unreachable(),
    result: valueOf(await runs.result(CALL, runId)),
    signals: events,
  };
}

it("a change of plan is told in one line", async () => {
  const { signals } = await replanned();
  const told = signals.map(signalTeller(plain)).join("");
  expect(told).toContain("  goes on without broken@1.0.0\n");
  expect(told).not.toMatch(/undefined|null@/);
});

it("a step that came with another plan gets its line on the board", async () => {
  const { view, signals } = await replanned();
  const board = new StepBoard({ steps: view.replaced ?? [] });
  for (const signal of signals) board.apply(signal);
  expect(board.lines(80, plain).map((line) => line.split(/ {2,3}/).slice(0, 3))).toEqual([
    ["✗ broken", "broken@1.0.0", "failed"],
    ["✓ sound", "sound@1.0.0", "succeeded"],
  ]);
});

it("what was replaced is shown as that, in a run and in its result", async () => {
  const { view, result } = await replanned();
  expect(viewReport(view, plain)).toMatch(/^ {2}broken +broken@1\.0\.0 +failed, replaced {2}OUTPUT_STATE_INVALID: /m);
  expect(resultReport(result, plain)).toMatch(/^ {2}broken \(broken@1\.0\.0\), replaced {2}OUTPUT_STATE_INVALID/m);
});
