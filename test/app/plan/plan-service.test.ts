import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { CALL } from "../../support/call.ts";
import { pureNode, testEngine } from "../../support/engines.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
const GOAL = { want: ["text.loud"], given: ["text.in"] };
const goalRun = (payload: JsonObject) => ({
  operation: "goal.run",
  payload,
  targetNode: null,
  registryVersion: null,
});

describe("the plan service", () => {
  it.each([
    [
      "tree",
      /^plan [0-9a-f]{12}: 1 step in 1 segment[^]+\n\ntext\.loud ← shout@1\.0\.0 \[s0\]\n {2}text\.in ← given\n\nwhy\n/,
    ],
    ["mermaid", /^flowchart TD\n/],
    ["dot", /^digraph plan \{\n/],
  ] as const)("shows a plan as %s with the registry's version", async (format, text) => {
    const { plans } = (await testEngine([SHOUT])).engine.services;
    const plan = await plans.preview(CALL, goalRun(GOAL));
    expect(await plans.show(CALL, goalRun(GOAL), format)).toEqual({
      ok: true,
      value: { text: expect.stringMatching(text), registryVersion: plan.ok && plan.value["registry_version"] },
    });
  });

  it("refuses in the same way in every form", async () => {
    const { plans } = (await testEngine([SHOUT])).engine.services;
    const goal = goalRun({ want: ["text.sung"] });
    const refused = await plans.preview(CALL, goal);
    expect(refused).toMatchObject({ ok: false, error: { code: "PLAN_UNREACHABLE" } });
    expect(await plans.show(CALL, goal, "tree")).toEqual(refused);
  });
});
