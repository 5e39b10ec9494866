import { describe, expect, it } from "vitest";
import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { pureNode, testEngine, type TestEngine } from "../../support/engines.ts";

/** What no budget is enough for, with a value of `LENGTH` characters. */
const LENGTH = 50_000;
const ENDLESS: JsonSchema = {
  type: "string",
  allOf: Array.from({ length: 500 }, (_, i) => ({ pattern: `^(?:[a-z]|${i})*x?[a-z]{20}$` })),
};
const LONG = "abc".repeat(LENGTH / 3);

const state = (key: string, schema: JsonSchema): JsonSchema => ({
  type: "object",
  properties: { [key]: schema },
  required: [key],
});
/** A node that wants what cannot be judged, behind one that gives it. */
const GIVER = pureNode("giver", "text.in", "text.long", () => LONG);
const TAKER = pureNode("taker", "text.long", "text.end", (text) => text, { inputState: state("text.long", ENDLESS) });
/** A node that gives what its own contract cannot be judged by. */
const BOASTER = pureNode("boaster", "text.in", "text.proof", () => LONG, { outputState: state("text.proof", ENDLESS) });

const run = (world: TestEngine, want: string, given: JsonValue = "hey", key = "text.in") =>
  world.send("goal.run", { want: [want], given: { [key]: given } });

describe("a state that takes too much work to judge", () => {
  it("is refused with code and place before a run begins, when it is given", async () => {
    const world = await testEngine([TAKER]);
    expect(await run(world, "text.end", LONG, "text.long")).toMatchObject({
      ok: false,
      error: {
        code: "VALIDATION_BUDGET",
        place: '$["text.long"]',
        message: expect.stringContaining("the input contract of taker@1.0.0"),
        hint: expect.stringContaining("docs/nodes.md"),
      },
    });
  });

  it("fails the step once, and says nothing about the node that would have got it", async () => {
    const world = await testEngine([GIVER, TAKER]);
    const sent = await run(world, "text.end");
    await world.settle();
    expect(sent).toMatchObject({
      ok: true,
      value: { success: false, fault: { code: "VALIDATION_BUDGET", blameless: true, place: '$["text.long"]' } },
    });
    const snapshot = await world.engine.ports.registry.snapshot("default");
    expect(snapshot.trust.get("taker@1.0.0")?.samples ?? 0).toBe(0);
  });

  it("counts against the node whose own output it is", async () => {
    const world = await testEngine([BOASTER]);
    const sent = await run(world, "text.proof");
    await world.settle();
    expect(sent).toMatchObject({ ok: true, value: { success: false, fault: { code: "VALIDATION_BUDGET" } } });
    const snapshot = await world.engine.ports.registry.snapshot("default");
    expect(snapshot.trust.get("boaster@1.0.0")?.samples ?? 0).toBeGreaterThan(0);
  });
});
