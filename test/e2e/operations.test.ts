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
};
const DAY_MS = 86_400_000;

/** Asks until the answer is as hoped; the test's time limit is the limit. */
async function until<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("a deployment under operation", () => {
  let worker: LocalWorker;
  let client: WireClient;
  let bucket: {
    list(options: object): Promise<{ objects: { key: string }[] }>;
    get(key: string): Promise<{ text(): Promise<string> } | null>;
  };
  const ids: Record<"plain" | "tagged" | "failed", string> = { plain: "", tagged: "", failed: "" };

  const archived = async (): Promise<string> => {
    const { objects } = await bucket.list({ prefix: "runs/" });
    const texts = await Promise.all(objects.map(async ({ key }) => (await (await bucket.get(key))?.text()) ?? ""));
    return texts.join("\n");
  };
  const send = async (queue: "EXECUTE" | "EVENTS", body: unknown): Promise<void> => {
    const producer = (await worker.mf.getQueueProducer(queue)) as { send(body: unknown): Promise<unknown> };
    await producer.send(body);
  };

  beforeAll(async () => {
    worker = await bootWorker();
    client = createWireClient({ baseUrl: worker.url, token: worker.token, name: "operator" });
    bucket = (await worker.mf.getR2Bucket("BLOBS")) as unknown as typeof bucket;
    await registerTree(client, PROJECT_ROOT);
    const built = await client.executeNode("scaffold", { "node.specification": BRITTLE }, { waitSeconds: 30 });
    const { outputs } = built.envelope.payload as unknown as {
      outputs: { "node.registration": { registry_version: string } };
    };
    const registryVersion = outputs["node.registration"].registry_version;
    const count = async (text: string, tags: readonly string[] = []): Promise<string> => {
      const payload = { want: ["text.length"], given: { "text.in": text } };
      const sent = await client.envelopes.send(
        { operation: "goal.run", payload, metadata: { tags } },
        { waitSeconds: 30, registryVersion },
      );
      return sent.runId;
    };
    ids.plain = await count("hello");
    ids.tagged = await count("tagged", ["nightly"]);
    ids.failed = await count("boom", ["nightly"]);
    await until(archived, (text) => Object.values(ids).every((id) => text.includes(id)));
    await until(
      () => client.runs.search({}, { limit: 100 }),
      ({ runs }) => runs.filter((run) => run.finished_at !== null).length >= 4,
    );
  });
  afterAll(() => worker.stop());

  it("finds runs by everything they can be searched by", async () => {
    const found = async (filter: Parameters<WireClient["runs"]["search"]>[0]) =>
      (await client.runs.search(filter)).runs.map(({ run_id }) => run_id);
    expect(await found({ node: "brittle_count" })).toEqual([ids.failed, ids.tagged, ids.plain]);
    expect(await found({ node: "brittle_count@9.9.9" })).toEqual([]);
    expect(await found({ tag: "nightly" })).toEqual([ids.failed, ids.tagged]);
    expect(await found({ status: "failed" })).toEqual([ids.failed]);
    expect(await found({ text: "sandbox_error" })).toEqual([ids.failed]);
    const { runs } = await client.runs.search({ operation: "node.execute" });
    expect(runs).toMatchObject([{ status: "succeeded", nodes: ["scaffold@1.0.0"] }]);
    expect(await found({ correlation_id: String(runs[0]?.correlation_id) })).toEqual([runs[0]?.run_id]);
    expect(await found({ to: String(runs[0]?.created_at) })).toEqual([]);
    const paged: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const page: Awaited<ReturnType<WireClient["runs"]["search"]>> = await client.runs.search(
        { node: "brittle_count" },
        { limit: 1, ...(cursor === "" ? {} : { cursor }) },
      );
      paged.push(...page.runs.map(({ run_id }) => run_id));
      cursor = page.next;
    }
    expect(paged).toEqual([ids.failed, ids.tagged, ids.plain]);
  });

  it("deletes a run from every route and from the archive, and nothing else", async () => {
    await client.runs.delete(ids.tagged);
    await client.runs.delete(ids.tagged);
    await expect(client.runs.get(ids.tagged)).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    await expect(client.runs.result(ids.tagged)).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    const left = (await client.runs.search({ tag: "nightly" })).runs.map(({ run_id }) => run_id);
    expect(left).toEqual([ids.failed]);
    const text = await archived();
    expect(text).not.toContain(ids.tagged);
    expect(text).toContain(ids.plain);
    expect(await client.runs.get(ids.plain)).toMatchObject({ status: "succeeded" });
  });

  it("keeps what nobody could process, shows it, and says of each what a redrive came to", async () => {
    await send("EXECUTE", { hello: "world" });
    await send("EVENTS", { type: "archive", version: 7, ring: 0, batch: 1 });
    const work = {
      runId: ids.plain,
      tenant: "default",
      correlationId: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
      segment: "s",
      token: "s.1",
      epoch: 1,
      expiresAt: 9e15,
      steps: [],
      values: {},
    };
    await send("EVENTS", { type: "work", version: 1, work });
    const { dead_letters: letters } = await until(
      () => client.deadLetters.search(),
      ({ dead_letters }) => dead_letters.length >= 3,
    );
    expect(letters.map(({ error_type, original_topic }) => `${error_type} ${original_topic}`).toSorted()).toEqual([
      "publisher_malformed onex-execute",
      "valid_unrouted onex-events",
      "valid_unrouted onex-events",
    ]);
    const odd = letters.find(({ error_type }) => error_type === "publisher_malformed")?.id ?? "";
    expect(await client.deadLetters.payload(odd)).toEqual({ hello: "world" });
    await expect(client.deadLetters.redrive(odd)).rejects.toMatchObject({
      code: "DEAD_LETTER_UNREADABLE",
      status: 422,
    });
    const lost = (await client.deadLetters.search({ run_id: ids.plain })).dead_letters[0]?.id ?? "";
    expect(await client.deadLetters.get(lost)).toMatchObject({
      standing: { kind: "ended" },
      run: { status: "succeeded" },
    });
    const { counts } = await client.deadLetters.redriveMany({ filter: {}, limit: 100 });
    expect(counts).toEqual({ refused: 2, ended: 1 });
    expect((await client.deadLetters.search({ status: "resolved" })).dead_letters).toMatchObject([{ id: lost }]);
  });

  it("deletes what is no longer kept when the clock says so", async () => {
    const handlers = (await worker.mf.getWorker()) as unknown as { scheduled(options: object): Promise<unknown> };
    await handlers.scheduled({ scheduledTime: new Date(Date.now() + 40 * DAY_MS), cron: "*/5 * * * *" });
    expect((await client.runs.search()).runs).toEqual([]);
    expect((await client.deadLetters.search()).dead_letters).toEqual([]);
    await expect(client.runs.get(ids.plain)).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    for (const prefix of ["runs/", "dead-letters/"]) expect((await bucket.list({ prefix })).objects).toEqual([]);
  });
});
