import { describe, expect, it } from "vitest";
import type { MemoryPorts } from "../../../src/embedded/memory-engine.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import { CALL } from "../../support/call.ts";
import { pureNode, testEngine, type TestEngine } from "../../support/engines.ts";
import { sampleArtifacts, sampleNode } from "../../support/sample-node.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
const GOAL = { want: ["text.loud"], given: { "text.in": "hey" } };
const REMOTE = {
  ...SHOUT.definition,
  name: "remote_shout",
  entrypoint: { type: "http", target: "https://far.example" },
};

const register = ({ registry }: Pick<MemoryPorts, "registry">, definition: Partial<NodeDefinition>) =>
  registry.register("default", sampleNode(definition), sampleArtifacts(definition.name ?? ""), 0);

async function runs({ engine, settle }: TestEngine): Promise<number> {
  await settle();
  const { items } = await engine.parts.index.search(
    "default",
    {
      ...{
        status: null,
        node: null,
        tag: null,
        operation: null,
        correlationId: null,
        from: null,
        to: null,
        text: null,
      },
    },
    { limit: 10, after: null },
  );
  return items.length;
}

describe("a node that this deployment cannot execute", () => {
  it("registers, is never run where something else is, and gathers no observation", async () => {
    const world = await testEngine([SHOUT]);
    const cheap = { ...sampleNode().execution, cost: 0, latencyMs: 0 };
    await register(world.engine.ports, { ...REMOTE, execution: cheap });
    const sent = await world.send("goal.run", GOAL);
    expect(sent).toMatchObject({ ok: true, value: { success: true, payload: { outputs: { "text.loud": "HEY" } } } });
    await world.settle();
    const page = await world.engine.services.nodes.get(CALL, "remote_shout");
    expect(page?.["versions"]).toMatchObject([{ trust: { samples: 0 } }]);
    const asked = { operation: "goal.run", payload: GOAL, targetNode: null, registryVersion: null };
    expect(await world.engine.services.plans.preview(CALL, asked)).toMatchObject({
      value: {
        why: expect.arrayContaining([
          expect.objectContaining({
            key: "text.loud",
            candidates: [
              expect.objectContaining({ node: "shout", verdict: "chosen" }),
              expect.objectContaining({
                node: "remote_shout",
                verdict: "rejected",
                reasons: ["no handler here executes http entrypoints"],
              }),
            ],
          }),
        ]),
      },
    });
  });

  it("is refused before there is a run, by every way that names it", async () => {
    const world = await testEngine([SHOUT]);
    await register(world.engine.ports, REMOTE);
    const given = { "text.in": "hey" };
    for (const answer of [
      await world.send("node.execute", { node: "remote_shout", input: given }),
      await world.send("graph.run", { steps: [{ id: "a", node: "remote_shout" }], given }),
    ]) {
      expect(answer).toMatchObject({
        ok: false,
        error: {
          code: "HANDLER_NOT_FOUND",
          details: { handler_type: "http", available_handlers: ["builtin", "function"] },
        },
      });
    }
    expect(await runs(world)).toBe(0);
  });

  it("is not refused for long: a version that can be executed is seen at once, wherever it was registered", async () => {
    const world = await testEngine([SHOUT]);
    await register(world.engine.ports, REMOTE);
    const ask = () => world.send("node.execute", { node: "remote_shout", input: { "text.in": "hey" } });
    expect(await ask()).toMatchObject({ error: { code: "HANDLER_NOT_FOUND" } });
    await register(world.engine.ports, {
      ...REMOTE,
      version: "1.0.1",
      entrypoint: { type: "builtin", target: "shout" },
    });
    expect(await ask()).toMatchObject({ ok: true, value: { success: true } });
  });
});
