import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { textHash } from "../../../src/core/run/model/hash.ts";
import { CALL, callFor } from "../../support/call.ts";
import { effectNode, pureNode, testEngine, type TestEngine } from "../../support/engines.ts";

const LARGE = `ä€😀\u2028"`.repeat(20_000);
const NODES = [
  pureNode("grow", "text.in", "text.large", (text) => `${text}${LARGE}`),
  effectNode("shrink", "text.large", "text.small", (text) => text.slice(0, 2)),
];

async function ended(payload = { want: ["text.small"], given: { "text.in": "x" } }) {
  const world = await testEngine(NODES);
  const sent = await world.send("goal.run", payload);
  if (!sent.ok) throw new Error(sent.error.message);
  await world.settle();
  return { world, id: sent.value.runId };
}

async function valueOf({ engine }: TestEngine, id: string, step: string, key: string): Promise<JsonValue> {
  const value = await engine.services.runs.value(CALL, id, step, key);
  if (!value.ok) throw new Error(value.error.code);
  const text = new TextDecoder("utf-8", { fatal: true }).decode(value.value.json);
  expect(textHash(text)).toBe(value.value.sha256);
  return JSON.parse(text) as JsonValue;
}

describe("a value of a run", () => {
  it("is read whatever its size, of a step and of what was given", async () => {
    const { world, id } = await ended({ want: ["text.small"], given: { "text.in": LARGE } });
    expect(await valueOf(world, id, "grow", "text.large")).toBe(LARGE + LARGE);
    expect(await valueOf(world, id, "shrink", "text.small")).toBe(LARGE.slice(0, 2));
    for (const given of ["given", "-"]) expect(await valueOf(world, id, given, "text.in")).toBe(LARGE);
  });

  it("is linked on the run's page, large ones with size and hash", async () => {
    const { world, id } = await ended();
    const view = await world.engine.services.runs.view(CALL, id);
    expect(view?.given).toEqual([{ key: "text.in", href: `/v1/runs/${id}/values/given/text.in` }]);
    const [grow, shrink] = view?.steps ?? [];
    const bytes = new TextEncoder().encode(JSON.stringify(`x${LARGE}`)).length;
    expect(grow?.values).toEqual([
      {
        key: "text.large",
        href: `/v1/runs/${id}/values/grow/text.large`,
        bytes,
        sha256: textHash(JSON.stringify(`x${LARGE}`)),
      },
    ]);
    expect(shrink?.values).toEqual([{ key: "text.small", href: `/v1/runs/${id}/values/shrink/text.small` }]);
  });

  it("is told by its name when a step is called given", async () => {
    const world = await testEngine(NODES);
    const step = { id: "given", node: "grow" };
    const sent = await world.send("graph.run", { steps: [step], given: { "text.in": "y" }, want: ["text.large"] });
    if (!sent.ok) throw new Error(JSON.stringify(sent.error));
    await world.settle();
    const id = sent.value.runId;
    expect(await valueOf(world, id, "given", "text.large")).toBe(`y${LARGE}`);
    expect(await valueOf(world, id, "-", "text.in")).toBe("y");
    const view = await world.engine.services.runs.view(CALL, id);
    expect(view?.given).toMatchObject([{ href: `/v1/runs/${id}/values/-/text.in` }]);
  });

  it("is there before the run has ended, as soon as its step has", async () => {
    const world = await testEngine(NODES);
    const sent = await world.send("goal.run", { want: ["text.small"], given: { "text.in": "x" } });
    if (!sent.ok) throw new Error(sent.error.message);
    const { runId: id } = sent.value;
    const early = await world.engine.services.runs.value(CALL, id, "shrink", "text.small");
    expect(early).toMatchObject({
      ok: false,
      error: { code: "VALUE_NOT_FOUND", hint: expect.stringContaining("nothing") },
    });
    await world.settle();
    expect(await valueOf(world, id, "shrink", "text.small")).toHaveLength(2);
  });

  it.each([
    ["nowhere", "text.small", "has no step"],
    ["shrink", "text.large", "has not given"],
    ["shrink", "toString", "has not given"],
    ["given", "__proto__", "was not given"],
    ["constructor", "text.small", "has no step"],
  ])("%s/%s is not found, and it is said what there is", async (step, key, said) => {
    const { world, id } = await ended();
    expect(await world.engine.services.runs.value(CALL, id, step, key)).toMatchObject({
      ok: false,
      error: { code: "VALUE_NOT_FOUND", message: expect.stringContaining(said), hint: expect.any(String) },
    });
  });

  it("is nobody else's", async () => {
    const { world, id } = await ended();
    expect(await world.engine.services.runs.value(callFor("other", "c"), id, "grow", "text.large")).toMatchObject({
      ok: false,
      error: { code: "RUN_NOT_FOUND" },
    });
  });

  it("is not told when it is not what was stored", async () => {
    const { world, id } = await ended();
    const { blobs } = world.engine.ports;
    for (const key of await blobs.list("values/")) await blobs.put(key, '"another"');
    await expect(world.engine.services.runs.value(CALL, id, "grow", "text.large")).rejects.toMatchObject({
      fault: { code: "VALUE_UNAVAILABLE" },
    });
  });
});
