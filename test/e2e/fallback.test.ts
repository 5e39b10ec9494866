import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWireClient, type WireClient } from "../../src/client/wire-client.ts";
import { registerTree } from "../../src/cli/dev/register-tree.ts";
import { bootWorker, type LocalWorker } from "../support/local-worker/boot.ts";
import { PROJECT_ROOT } from "../support/local-worker/project-root.ts";

/** Counts letters, but not of everything. */
const BRITTLE = {
  name: "brittle_count",
  description: "Counts the letters of a text.",
  input_contract: { "text.in": { type: "string" } },
  output_contract: { "text.length": { type: "integer" } },
  code: 'if (input["text.in"] === "boom") throw new Error("no"); return { "text.length": input["text.in"].length };',
  examples: [{ input: { "text.in": "four" }, output: { "text.length": 4 } }],
  execution: { cost: 0.1, timeout_ms: 500 },
};
/** The same for more money. */
const STEADY = {
  ...BRITTLE,
  name: "steady_count",
  code: 'return { "text.length": input["text.in"].length };',
  execution: { cost: 0.9, timeout_ms: 500 },
};

describe("a variant takes over in a real Worker", () => {
  let worker: LocalWorker;
  let client: WireClient;
  let registryVersion = "";

  beforeAll(async () => {
    worker = await bootWorker();
    client = createWireClient({ baseUrl: worker.url, token: worker.token, name: "fallback" });
    await registerTree(client, PROJECT_ROOT);
    for (const specification of [BRITTLE, STEADY]) {
      const built = await client.executeNode("scaffold", { "node.specification": specification }, { waitSeconds: 30 });
      const { outputs } = built.envelope.payload as unknown as {
        outputs: { "node.registration": { registry_version: string } };
      };
      registryVersion = outputs["node.registration"].registry_version;
    }
  });
  afterAll(() => worker?.stop());

  const count = async (policy: Record<string, string | number>) => {
    const payload = { want: ["text.length"], given: { "text.in": "boom" }, policy };
    const sent = await client.envelopes.send({ operation: "goal.run", payload }, { waitSeconds: 30, registryVersion });
    return (await client.runs.get(sent.runId ?? "")) as unknown as Record<string, unknown>;
  };

  it.each([
    ["in the request itself", "auto", "inline"],
    ["through the queue, which carries the question too", "never", "queue"],
  ])("%s", async (_, inline, via) => {
    expect(await count({ inline })).toMatchObject({
      status: "succeeded",
      outputs: { "text.length": 4 },
      error: null,
      replans: 1,
      replaced: [{ node: "brittle_count", status: "failed", attempts: [{ via }] }],
      steps: [{ node: "steady_count", status: "succeeded", attempts: [{ via }] }],
    });
  });

  it("unless the policy does not want it", async () => {
    expect(await count({ inline: "never", max_replans: 0 })).toMatchObject({ status: "failed", replans: 0 });
  });
});
