import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { ANY_RUN } from "../../../src/core/search/run-query.ts";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import type { NodeOutput } from "../../../src/spi/handler.ts";
import { CALL } from "../../support/call.ts";
import { pureNode, testEngine, type TestNode } from "../../support/engines.ts";
import { steering } from "../../support/steered-run.ts";

const ANY_SCHEMA = { outputs: { "text.loud": {} }, outputState: { type: "object" } } as const;
const AFTER = pureNode("after", "text.loud", "text.size", (text) => String(text.length), {
  inputs: { "text.loud": { schema: {}, optional: false } },
  inputState: { type: "object" },
});
const GOAL = { want: ["text.size"], given: { "text.in": "hey" } };

function deep(levels: number): JsonValue {
  let value: JsonValue = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

function cyclic(): unknown {
  const list: unknown[] = [];
  list.push(list);
  return list;
}

const FLAWED: readonly (readonly [string, unknown, string])[] = [
  ["half a surrogate pair", "a\ud800", '$["text.loud"]'],
  ["half a pair in a name", [{ "\udc00": 1 }], '$["text.loud"][0]["\\udc00"]'],
  ["Infinity", { n: Infinity }, '$["text.loud"].n'],
  ["NaN", NaN, '$["text.loud"]'],
  ["an integer beyond 2^53", [1, 2 ** 53 + 2], '$["text.loud"][1]'],
  ["200 levels and one more", deep(200), '$["text.loud"]'],
  ["6,000 levels", deep(6_000), '$["text.loud"]'],
  ["a cycle", cyclic(), '$["text.loud"]'],
  ["a BigInt", 1n, '$["text.loud"]'],
  ["a date", new Date(0), '$["text.loud"]'],
];

/** A node that hands back what it likes. */
const node = (name: string, output: () => NodeOutput, kind: "compute" | "effect" = "compute"): TestNode => ({
  ...pureNode(name, "text.in", "text.loud", () => "", { ...ANY_SCHEMA, kind }),
  run: output,
});

async function ended(flawed: TestNode) {
  const world = await testEngine([flawed, AFTER, pureNode("other", "text.in", "text.other", (text) => text)]);
  const sent = await world.send("goal.run", GOAL);
  await world.settle();
  if (!sent.ok) throw new Error(sent.error.message);
  const { runs, search } = world.engine.services;
  const id = sent.value.runId;
  const view = await steering(world).view(id);
  const { trust } = await world.engine.ports.registry.snapshot("default");
  return { world, id, view, runs, search, trust };
}

describe.each(["compute", "effect"] as const)(
  "a %s node that returns what is no JSON that keeps its meaning",
  (kind) => {
    it.each(FLAWED)("%s: fails once, with its place, and only it is blamed", async (_, value, place) => {
      const { view, trust, runs, search, id, world } = await ended(
        node("flawed", () => ({ result: { "text.loud": value } as unknown as JsonObject }), kind),
      );
      expect(view).toMatchObject({ status: "failed", error: { code: "OUTPUT_STATE_INVALID" } });
      const [step, after] = view.steps;
      expect(step).toMatchObject({
        id: "flawed",
        status: "failed",
        attempts: [{ error: { code: "OUTPUT_STATE_INVALID" } }],
      });
      expect(String((step as unknown as { error: { place: string } }).error.place).startsWith(place)).toBe(true);
      expect(after).toMatchObject({ id: "after", status: "skipped" });
      expect(trust.get("flawed@1.0.0")?.samples).toBe(1);
      expect(trust.get("after@1.0.0")?.samples).toBe(0);
      // Everything about the run can be read, and the world goes on.
      expect(await runs.result(CALL, id)).toMatchObject({ ok: true, value: { status: "failure" } });
      expect((await runs.events(CALL, id, 0))?.finished).toBe(true);
      const found = await search.search(CALL, ANY_RUN, { limit: 10, after: null });
      expect(found.items).toMatchObject([{ run_id: id, status: "failed" }]);
      const next = await world.send("goal.run", { want: ["text.other"], given: { "text.in": "hey" } });
      expect(next).toMatchObject({ ok: true, value: { success: true } });
    });
  },
);

describe("what a node reports besides its result", () => {
  it("is held to the same", async () => {
    const events = [{ note: "fine" }, { note: "\ud800" }];
    const { view } = await ended(node("flawed", () => ({ result: { "text.loud": "x" }, events }), "effect"));
    expect(view.error).toMatchObject({ code: "OUTPUT_STATE_INVALID", place: "$events[1].note" });
  });
});

describe("what a node says when it fails", () => {
  it("is whole Unicode and of bounded length before it goes into a record", async () => {
    const long = "\ud800".repeat(200_000);
    const { view, id, runs } = await ended(
      node("flawed", () => {
        throw new RuntimeHostError(
          fault("REQUEST_REJECTED", long, { place: long, hint: long, details: { [long]: [long] } }),
        );
      }),
    );
    expect(view.error?.code).toBe("REQUEST_REJECTED");
    for (const told of [view, await runs.result(CALL, id), await runs.events(CALL, id, 0)]) {
      const text = JSON.stringify(told);
      expect(text.length).toBeLessThan(30_000);
      expect(text).not.toContain("\\ud800");
    }
  });
});

describe("an input that was stored before values were checked", () => {
  it("fails the step without a word on its node, and is not tried again", async () => {
    const world = await testEngine([pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase())]);
    // Past the reader of JSON, as an old record would be.
    const sent = await world.send("goal.run", { want: ["text.loud"], given: { "text.in": "a\ud800" } });
    await world.settle();
    const view = await steering(world).view(sent.ok ? sent.value.runId : "");
    expect(view).toMatchObject({ status: "failed", error: { code: "INPUT_STATE_INVALID", place: '$["text.in"]' } });
    expect(view.steps[0]?.attempts).toHaveLength(1);
    const { trust } = await world.engine.ports.registry.snapshot("default");
    expect(trust.get("shout@1.0.0")?.samples).toBe(0);
  });
});
