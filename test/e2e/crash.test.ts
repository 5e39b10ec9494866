import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWireClient, type WireClient } from "../../src/client/wire-client.ts";
import type { Sent } from "../../src/client/envelopes.ts";
import { registerTree } from "../../src/cli/dev/register-tree.ts";
import { PROJECT_ROOT } from "../support/local-worker/project-root.ts";
import { startServer, type ServerProcess } from "../support/local-worker/server-process.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** A function that takes its time, so that a server can be killed in the middle of a run. */
const SLOW = {
  name: "slow_sum",
  description: "Adds up numbers, slowly.",
  input_contract: { "sum.limit": { type: "integer" } },
  output_contract: { "sum.total": { type: "integer" } },
  code: 'let total = 0; for (let i = 1; i <= input["sum.limit"]; i++) total += i; return { "sum.total": total };',
  examples: [{ input: { "sum.limit": 4 }, output: { "sum.total": 10 } }],
  execution: { timeout_ms: 2_000 },
};
const LIMIT = 500_000;
const TOTAL = (LIMIT * (LIMIT + 1)) / 2;
const RUNS = 12;

describe("kill -9 in the middle of runs", () => {
  let data: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: ServerProcess | undefined;

  beforeAll(async () => {
    data = await temporaryFolder();
  });
  afterAll(async () => {
    await server?.stop();
    await data.remove();
  });

  const start = async (): Promise<{ server: ServerProcess; client: WireClient }> => {
    // Queues live in memory here, so what they held dies too: only leases and alarms remember. Short ones, not to wait long.
    server = await startServer({ persist: data.path, vars: { LEASE_GRACE_MS: "1000" } });
    return { server, client: createWireClient({ baseUrl: server.url, token: server.token, name: "crash-test" }) };
  };
  it("every run goes on after a restart on the same data and succeeds; what had ended is left alone", async () => {
    const first = await start();
    await registerTree(first.client, PROJECT_ROOT);
    const built = await first.client.executeNode("scaffold", { "node.specification": SLOW }, { waitSeconds: 30 });
    expect(built.envelope.success).toBe(true);

    const { outputs } = built.envelope.payload as unknown as {
      outputs: { "node.registration": { registry_version: string } };
    };
    const registryVersion = outputs["node.registration"].registry_version;
    const goal = {
      want: ["sum.total", "hash.verdict"],
      given: { "sum.limit": LIMIT, "document.text": "# Hello" },
      policy: { inline: "never" },
    } as const;
    const send = (): Promise<Sent> => first.client.goal({ ...goal, want: [...goal.want] }, { registryVersion });
    const ended = await send();
    await first.client.runs.wait(ended.runId, { timeoutSeconds: 30 });
    const endedFacts = await first.client.runs.get(ended.runId);
    // The last one accepted has no time to end: its work is queued when its answer leaves, and takes longer than a kill.
    const sent = await Promise.all(Array.from({ length: RUNS }, send));
    await first.server.kill();

    const second = await start();
    const runIds = [ended, ...sent].map(({ runId }) => runId);
    for (const runId of runIds) {
      const result = await second.client.runs.wait(runId, { timeoutSeconds: 60 });
      expect(result).toMatchObject({
        run_status: "succeeded",
        outputs: { "sum.total": TOTAL, "hash.verdict": { verdict: "absent" } },
      });
      expect(result.results.map(({ status }) => status)).toEqual(["success", "success"]);
    }
    const after = await Promise.all(runIds.map((runId) => second.client.runs.get(runId)));
    expect(after[0]).toEqual(endedFacts);
    const redispatched = after.filter(({ steps }) => steps.some(({ attempts }) => attempts.length > 1));
    expect(redispatched).not.toEqual([]);
    for (const { attempts } of redispatched.flatMap(({ steps }) => steps)) {
      const epochs = attempts.map(({ epoch }) => epoch);
      expect(epochs).toEqual(epochs.map((_, index) => (epochs[0] ?? 0) + index));
    }
  });
});
