import { expect, it } from "vitest";
import type { RunView } from "../../../contracts/api/run.ts";
import { RUN, STEP } from "../../http/samples.ts";
import type { Paint } from "../../../src/cli/paint.ts";
import { viewReport } from "../../../src/cli/run/view-report.ts";
import { effectNode, testEngine, type TestNode } from "../../support/engines.ts";
import { sampleNode } from "../../support/sample-node.ts";
import { valueOf } from "../../support/steered-run.ts";
import { CALL } from "../../support/call.ts";

const plain: Paint = (_, text) => text;

/** An effect of which one attempt may begin in ten seconds, whoever asks. */
function slow(): TestNode {
  const { definition, run } = effectNode("slow", "text.in", "text.out", (text) => text);
  const allows = { kind: "rate", max: 1, perMs: 10_000 } as const;
  const limits = [{ group: "mail", key: "text.in", allows }];
  return { definition: { ...definition, execution: { ...sampleNode().execution, limits } }, run };
}

const VIEW: RunView = {
  ...RUN,
  run_id: "r00_01J00000000000000000000000",
  status: "running",
  want: ["text.out"],
  finished_at: null,
  outputs: {},
  steps: [{ ...STEP, id: "a", node: "slow", status: "ready" }],
};

const ATTEMPT: RunView["steps"][number]["attempts"][number] = {
  epoch: 1,
  via: "queue",
  dispatched_at: "2026-01-01T00:00:00.000Z",
  finished_at: null,
  duration_ms: null,
  error: null,
};

/** The line that begins with this word. */
const lineOf = (text: string, word: string): string =>
  (text.split("\n").find((line) => line.trimStart().startsWith(word)) ?? "").replaceAll(/ +/g, " ").trim();

it("a step that waits at a limit says at which, and when it asks again", async () => {
  const { engine, send } = await testEngine([slow()]);
  const begin = async () => valueOf(await send("goal.run", { want: ["text.out"], given: { "text.in": "ann" } })).runId;
  await begin();
  const second = await begin();
  while (await engine.deliver());
  const view = (await engine.services.runs.view(CALL, second)) as RunView;
  const [step] = view.steps;
  expect(step).toMatchObject({ status: "ready", limited_by: "group mail by text.in", retry_at: expect.any(String) });
  expect(lineOf(viewReport(view, plain), "slow")).toBe(
    `slow slow@1.0.0 ready waits at a limit: group mail by text.in, asks again at ${String(step?.["retry_at"])}`,
  );
});

it("a step that waits for its next attempt says when that is", () => {
  const steps = [
    { ...VIEW.steps[0]!, attempts: [ATTEMPT, ATTEMPT], retry_at: "2026-01-01T00:00:05.000Z", limited_by: null },
  ];
  expect(lineOf(viewReport({ ...VIEW, steps }, plain), "a ")).toBe(
    "a slow@1.0.0 ready, 2 attempts again at 2026-01-01T00:00:05.000Z",
  );
});

it("a step that waits for nothing says nothing of it", () => {
  expect(lineOf(viewReport(VIEW, plain), "a ")).toBe("a slow@1.0.0 ready");
});

it("what a run follows is no repetition, and what followed it is named with its list", () => {
  const other = "r01_01J00000000000000000000000";
  const lineage = { kind: "chain", run_id: other, from: null, depth: 1 } as const;
  const at = "2026-01-01T00:00:00.000Z";
  const chained = [
    { on: "on_success", index: 0, run_id: other, error: null, at },
    { on: "on_complete", index: 2, run_id: null, error: { code: "PLAN_UNREACHABLE", message: "cannot reach x" }, at },
  ] as const;
  const text = viewReport({ ...VIEW, lineage, chained }, plain);
  expect(lineOf(text, "follows")).toBe(`follows ${other}`);
  expect(text).not.toContain("repeats");
  expect(text).toContain(`then       ${other}  (on_success[0])\n`);
  expect(text).toContain("then       PLAN_UNREACHABLE: cannot reach x  (on_complete[2])\n");
  const again = viewReport({ ...VIEW, lineage: { ...lineage, kind: "rerun", from: "a" } }, plain);
  expect(lineOf(again, "repeats")).toBe(`repeats ${other}, from step a`);
});

it("a run that failed says what to do, where that is known", () => {
  const error = { code: "SANDBOX_ERROR", message: "it threw", hint: "there is no other way: nobody gives text.out" };
  expect(viewReport({ ...VIEW, status: "failed", error }, plain)).toContain(
    "error      SANDBOX_ERROR: it threw\n           there is no other way: nobody gives text.out\n",
  );
});
