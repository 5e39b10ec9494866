import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWireClient, type WireClient } from "../../src/client/wire-client.ts";
import { registerTree } from "../../src/cli/dev/register-tree.ts";
import { bootWorker, type LocalWorker } from "../support/local-worker/boot.ts";
import { PROJECT_ROOT } from "../support/local-worker/project-root.ts";

const DOCUMENT = "# Hello";
const EXAMPLE = `${PROJECT_ROOT}docs/examples/on_document/`;
/** Generous: what a message takes is measured in docs/triggers.md, not here. */
const PATIENCE_MS = 30_000;

describe("bus triggers and chains on workerd", () => {
  let worker: LocalWorker;
  let client: WireClient;
  const put = async (queue: "TRIGGERS", body: unknown): Promise<void> => {
    const producer = (await worker.mf.getQueueProducer(queue)) as { send(body: unknown): Promise<unknown> };
    await producer.send(body);
  };

  beforeAll(async () => {
    worker = await bootWorker();
    client = createWireClient({ baseUrl: worker.url, token: worker.token, name: "agent" });
    await registerTree(client, PROJECT_ROOT);
    const [metadata, contract] = await Promise.all([
      readFile(`${EXAMPLE}node.onex.yaml`, "utf8"),
      readFile(`${EXAMPLE}contract.yaml`, "utf8"),
    ]);
    expect(await client.nodes.register({ metadata, contract })).toMatchObject({ created: true });
  });
  afterAll(() => worker.stop());

  it("a message on the queue is taken by the trigger node of its group, and answered", async () => {
    const id = "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b";
    const message = {
      topic: "node.exec.request.documents",
      trigger_id: id,
      idempotent_key: "hello",
      source: "agent",
      tags: ["incoming"],
      input: { "document.text": DOCUMENT },
    };
    await put("TRIGGERS", message);
    const page = await client.triggers.wait(id, PATIENCE_MS);
    expect(page).toMatchObject({
      status: "accepted",
      runs: [{ node: "on_document@1.0.0", status: "succeeded", result: { topic: "node.exec.result.documents" } }],
    });
    expect(page?.runs[0]?.result?.execution_result).toMatchObject({ run_status: "succeeded" });
    await put("TRIGGERS", message);
    await put("TRIGGERS", { ...message, trigger_id: "7f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b" });
    const again = await client.triggers.wait("7f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b", PATIENCE_MS);
    expect(again).toMatchObject({ status: "duplicate", duplicate_of: id, runs: page?.runs ?? [] });
  });

  it("a message over HTTP that nobody takes is refused, and can be taken after a redrive", async () => {
    const sent = await client.triggers.send({ group: "documents", input: { "document.text": DOCUMENT } });
    const page = await client.triggers.wait(sent.trigger_id, PATIENCE_MS);
    expect(page).toMatchObject({ status: "refused", error: { code: "TRIGGER_NOT_TAKEN" }, runs: [] });
    const { dead_letters: letters } = await client.deadLetters.search({ queue: "onex-triggers" });
    expect(letters).toMatchObject([{ message_type: "trigger", error_type: "valid_unrouted" }]);
    expect(await client.deadLetters.redrive(letters[0]?.id ?? "")).toMatchObject({ outcome: "redriven" });
  });

  it("lists who can be reached", async () => {
    const { groups } = await client.triggers.groups();
    expect(groups).toMatchObject([{ group: "documents", active: ["on_document@1.0.0"] }]);
  });

  it.each(["auto", "never"] as const)(
    "a run (inline: %s) starts its chains, and each knows the other",
    async (inline) => {
      const link = (from: string) => ({
        operation: "node.execute",
        payload: { node: "metadata_extract", input: { "document.text": { $from: from } } },
      });
      const sent = await client.envelopes.send({
        operation: "goal.run",
        payload: { want: ["hash.verdict"], given: { "document.text": DOCUMENT }, policy: { inline } },
        chains: { on_success: [link("given.document.text")], on_complete: [link("run.id")] },
      });
      for (let left = PATIENCE_MS / 100; ; left--) {
        const run = (await client.runs.get(sent.runId)) as unknown as {
          chained: { on: string; run_id: string; error: unknown }[];
        };
        if (run.chained.length < 2 && left > 0) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          continue;
        }
        expect(run.chained).toMatchObject([
          { on: "on_success", index: 0, error: null },
          { on: "on_complete", index: 0, error: null },
        ]);
        const child = await client.runs.get(run.chained[0]?.run_id ?? "");
        expect(child).toMatchObject({ status: "succeeded", lineage: { kind: "chain", run_id: sent.runId, depth: 1 } });
        break;
      }
    },
  );
});
