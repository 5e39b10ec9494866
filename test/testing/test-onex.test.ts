import { describe, expect, it, vi } from "vitest";
import { defineNode, z } from "../../src/authoring/index.ts";
import { nodesIn, testOnex } from "../../src/testing/index.ts";
import { sampleArtifacts } from "../support/sample-node.ts";

const text = z.object({ "doc.text": z.string() });
const shout = defineNode({
  name: "doc_shout",
  version: "1.0.0",
  input: text,
  output: z.object({ "doc.loud": z.string() }),
  run: (input) => ({ "doc.loud": input["doc.text"].toUpperCase() }),
});
let calls = 0;
const moody = defineNode({
  name: "doc_moody",
  version: "1.0.0",
  kind: "effect",
  execution: { retry: { max_retries: 2, backoff: "fixed", base_ms: 60_000, max_ms: 60_000 } },
  input: z.object({ "doc.loud": z.string() }),
  output: z.object({ "doc.mood": z.string() }),
  run() {
    if (++calls % 3 !== 0) throw new Error("not now");
    return { "doc.mood": "good" };
  },
});
const remote = defineNode({
  name: "doc_elsewhere",
  version: "1.0.0",
  kind: "effect",
  input: text,
  output: z.object({ "doc.found": z.string() }),
  run: () => Promise.reject(new Error("it is elsewhere")),
});
const elsewhere = remote.artifacts({ kind: "service", target: "NODES#run" });

describe("an engine for tests of a project", () => {
  it("plans and runs its nodes; retries take no time", async () => {
    const onex = await testOnex({ nodes: [shout, moody] });
    const run = await onex.goal({ want: ["doc.mood"], given: { "doc.text": "a" } });
    expect(run).toMatchObject({ status: "succeeded", outputs: { "doc.mood": "good" } });
    expect(calls).toBe(3);
    expect(await onex.plan({ want: ["doc.mood"], given: { "doc.text": "a" } })).toMatchObject({
      steps: expect.arrayContaining([expect.objectContaining({ node: "doc_moody" })]) as unknown,
    });
  });

  it("runs one node, and a graph", async () => {
    const onex = await testOnex({ nodes: [shout] });
    expect(await onex.node("doc_shout", { "doc.text": "a" })).toMatchObject({ outputs: { "doc.loud": "A" } });
    const graph = { steps: [{ id: "s", node: "doc_shout" }], given: { "doc.text": "b" } };
    expect(await onex.graph(graph)).toMatchObject({ status: "succeeded" });
  });

  it("runs mocks in the place of nodes, whatever they are", async () => {
    const mocks = { doc_elsewhere: { "doc.found": "a mock" }, "doc_shout@1.0.0": () => ({ "doc.loud": "mocked" }) };
    const onex = await testOnex({ nodes: [shout], registered: [elsewhere], mocks });
    const run = await onex.goal({ want: ["doc.found", "doc.loud"], given: { "doc.text": "a" } });
    expect(run).toMatchObject({ outputs: { "doc.found": "a mock", "doc.loud": "mocked" } });
  });

  it("judges what a mock gives by the contract", async () => {
    const onex = await testOnex({ registered: [elsewhere], mocks: { doc_elsewhere: { "doc.found": 1 } } });
    const run = await onex.node("doc_elsewhere", { "doc.text": "a" });
    expect(run).toMatchObject({ status: "failed", error: { code: "OUTPUT_STATE_INVALID" } });
  });

  it("says what it cannot run, cannot plan and does not take", async () => {
    const onex = await testOnex({ registered: [elsewhere] });
    const run = await onex.node("doc_elsewhere", { "doc.text": "a" });
    expect(run).toMatchObject({ status: "failed", error: { code: "NODE_NOT_FOUND" } });
    await expect(onex.goal({ want: ["doc.nothing"] })).rejects.toThrow(/doc\.nothing/);
    await expect(testOnex({ registered: [{ ...sampleArtifacts("x"), metadata: "" }] })).rejects.toThrow("is refused");
  });

  it("takes the nodes of a folder", () => {
    expect(nodesIn("src/nodes").length).toBeGreaterThan(5);
    expect(() => nodesIn("src/spi")).toThrow("there is no node in src/spi");
  });
});

describe("what Node 20 lacks", () => {
  it("is there after the module is loaded", async () => {
    const there = [Map.groupBy, Promise.withResolvers] as const;
    try {
      Reflect.deleteProperty(Map, "groupBy");
      Reflect.deleteProperty(Promise, "withResolvers");
      vi.resetModules();
      await import("../../src/cli/node-20.ts");
      expect(Map.groupBy([1, 2, 3], (one) => one % 2)).toEqual(
        new Map([
          [1, [1, 3]],
          [0, [2]],
        ]),
      );
      const { promise, resolve } = Promise.withResolvers<number>();
      resolve(1);
      expect(await promise).toBe(1);
      expect(Object.keys(Map)).toEqual([]);
    } finally {
      Object.assign(Map, { groupBy: there[0] });
      Object.assign(Promise, { withResolvers: there[1] });
    }
  });
});
