import { describe, expect, it } from "vitest";
import type { JsonSchema } from "../../../contracts/json/json.ts";
import { stateFault } from "../../../src/core/contract/state-fault.ts";
import { CALL } from "../../support/call.ts";
import { pureNode, testEngine } from "../../support/engines.ts";

/** What releases before this one took in: registrations of theirs are stored, and never checked again. */
const OUTDATED: readonly (readonly [name: string, schema: JsonSchema, place: string, reason: string])[] = [
  ["look-ahead", { type: "string", pattern: "^(?=.*\\d).+$" }, "pattern", "look-ahead"],
  ["look-behind", { anyOf: [{ pattern: "(?<=a)b" }, { type: "null" }] }, "anyOf[0].pattern", "look-behind"],
  ["a back-reference", { items: { pattern: "^(a+)\\1$" } }, "items.pattern", "refers back"],
  ["a name's look-ahead", { patternProperties: { "^(?!x)": {} } }, 'patternProperties["^(?!x)"]', "look-ahead"],
];
const state = (key: string, schema: JsonSchema): JsonSchema => ({
  type: "object",
  properties: { [key]: schema },
  required: [key],
});
const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
const GOAL = { want: ["text.loud"], given: { "text.in": "hey 1" } };

describe("a node that an older release took, with a pattern nobody can bound", () => {
  it.each(OUTDATED)("is not planned, with the reason: %s", async (_name, schema, at, reason) => {
    const old = pureNode("old_shout", "text.in", "text.loud", (text) => text, { inputState: state("text.in", schema) });
    const world = await testEngine([old]);
    const sent = await world.send("goal.run", GOAL);
    const said = JSON.stringify(sent);
    expect(sent).toMatchObject({ ok: false, error: { code: "PLAN_UNREACHABLE" } });
    expect(said).toContain("its contract cannot be used any more");
    expect(said).toContain(JSON.stringify(`$.input_state.properties["text.in"].${at}`).slice(1, -1));
    expect(said).toContain(reason);
  });

  it("is no step of a graph either", async () => {
    const old = pureNode("old_shout", "text.in", "text.loud", (text) => text, {
      outputState: state("text.loud", { pattern: "a(?!b)" }),
    });
    const world = await testEngine([old]);
    const graph = { steps: [{ id: "a", node: "old_shout" }], given: GOAL.given };
    expect(await world.send("graph.run", graph)).toMatchObject({
      ok: false,
      error: { code: "PLAN_NODE_NOT_ALLOWED", message: expect.stringContaining("$.output_state.properties") },
    });
    const asked = { node: "old_shout", input: GOAL.given };
    expect(await world.send("node.execute", asked)).toMatchObject({
      ok: false,
      error: { code: "PLAN_NODE_NOT_ALLOWED" },
    });
  });

  it("stands in nobody's way: others are planned in its place, and it stays listed", async () => {
    const old = pureNode("old_shout", "text.in", "text.loud", (text) => text, {
      inputState: state("text.in", { pattern: "(?=h)" }),
    });
    const world = await testEngine([old, SHOUT]);
    expect(await world.send("goal.run", GOAL)).toMatchObject({
      ok: true,
      value: { success: true, payload: { outputs: { "text.loud": "HEY 1" } } },
    });
    const { nodes } = await world.engine.services.nodes.list(CALL, {}, { limit: 9, after: null });
    expect(nodes.map(({ name }) => name)).toEqual(["old_shout", "shout"]);
  });

  it("is not taken for one whose values or names only look like patterns", async () => {
    const like: JsonSchema = {
      ...{ type: "string", enum: ["hey 1", "(?=a)"], default: "(?!b)", examples: [{ pattern: "(?=c)" }] },
      ...{ description: "(?=d)", const: "hey 1" },
    };
    const node = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase(), {
      inputState: {
        type: "object",
        properties: { "text.in": like, pattern: { properties: { pattern: { type: "string" } } } },
      },
    });
    const world = await testEngine([node]);
    expect(await world.send("goal.run", GOAL)).toMatchObject({ ok: true, value: { success: true } });
  });

  it.each([
    ...OUTDATED,
    ["a loop", { $ref: "#/$defs/a", $defs: { a: { allOf: [{ $ref: "#/$defs/a" }] } } }, "", "reference"],
  ] as const)(
    "that is under way already fails with what is wrong, once, and nobody is blamed: %s",
    (_name, schema, _at, reason) => {
      const value = _name === "a back-reference" ? ["b"] : _name.startsWith("a name") ? { y: 1 } : "b";
      const told = stateFault(schema, value, {
        what: "the output of old@1.0.0",
        code: "OUTPUT_STATE_INVALID",
        hint: "",
      });
      expect(told).toMatchObject({
        code: "CONTRACT_VALIDATION_ERROR",
        retryable: false,
        message: expect.stringMatching(reason === "reference" ? /reference/ : /a pattern that is not accepted/),
        hint: expect.stringContaining("register a version of the node"),
      });
    },
  );
});
