import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineNode, type Placing } from "../../../src/authoring/index.ts";
import { admitNode } from "../../../src/core/registry/admit.ts";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import type { BoundWorkers } from "../../../src/spi/handler.ts";
import { CALL } from "../../support/call.ts";
import { testEngine } from "../../support/engines.ts";

const node = defineNode({
  name: "bound_one",
  version: "1.0.0",
  kind: "effect",
  execution: { retry: { max_retries: 0 } },
  input: z.object({ "bound.text": z.string() }),
  output: z.object({ "bound.loud": z.string() }),
  run: () => ({ "bound.loud": "elsewhere" }),
});

describe("a binding that fails again and again", () => {
  it("is left alone after five calls, and tried once a minute later", async () => {
    let calls = 0;
    const workers: BoundWorkers = {
      names: ["NODES"],
      call() {
        calls++;
        return Promise.reject(new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "it is overloaded")));
      },
      post: () => Promise.reject(new Error("nothing is posted here")),
    };
    const { engine, send, settle, clock } = await testEngine([], undefined, { workers });
    await engine.services.nodes.register(CALL, node.artifacts({ kind: "service", target: "NODES#run" }));
    const goal = async () => {
      const sent = await send("node.execute", { node: "bound_one", input: { "bound.text": "a" } });
      if (!sent.ok) throw new Error(sent.error.message);
      await settle(10_000);
      return engine.services.runs.view(CALL, sent.value.runId);
    };
    for (let i = 0; i < 7; i++)
      expect(await goal()).toMatchObject({ status: "failed", error: { code: "SERVICE_UNAVAILABLE" } });
    expect(calls).toBe(5);
    clock.set(clock.now() + 60_000);
    await goal();
    await goal();
    expect(calls).toBe(6);
  });
});

describe("what the registry takes", () => {
  const refused = (placing: Placing): readonly string[] => {
    try {
      const admitted = admitNode(node.artifacts(placing));
      return admitted.ok ? [] : admitted.error.map(({ message }) => message);
    } catch (thrown) {
      return [String(thrown)];
    }
  };

  it("is a method without a secret, and a request with one", () => {
    expect(refused({ kind: "service", target: "NODES#run" })).toEqual([]);
    expect(refused({ kind: "service", target: "NODES#fetch", secretRef: "NODES" })).toEqual([]);
    expect(refused({ kind: "service", target: "NODES#fetch" })).toEqual([
      expect.stringContaining("a request to a bound Worker is signed"),
    ]);
    expect(refused({ kind: "service", target: "NODES#run", secretRef: "NODES" })).toEqual([
      expect.stringContaining("a call of a bound Worker's method is not signed"),
    ]);
    expect(refused({ kind: "service", target: "NODES" })).toEqual([
      expect.stringContaining("no method of a bound Worker"),
    ]);
  });
});
