import { mkdtemp, readFile, rm } from "node:fs/promises";
import { packedRows } from "../../crash/audit/archive.ts";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { registerTree } from "../../../src/cli/dev/register-tree.ts";
import { createWireClient, type WireClient } from "../../../src/client/wire-client.ts";
import { stamp } from "../../../src/core/metadata/stamp.ts";
import { objectRows, storageOf, type Storage } from "../../crash/storage.ts";
import { bootWorker, type LocalWorker } from "../../support/local-worker/boot.ts";
import { PROJECT_ROOT } from "../../support/local-worker/project-root.ts";
import type { KeptByWorker, KeptObjects, KeptRow } from "../recorded-form.ts";

const PATIENCE = 300;
const QUEUED = { inline: "never" };

/** Lives a busy hour of a Worker in small, and takes down what is left on its disk. */
export async function recordWorker(): Promise<KeptByWorker & { readonly snapshots: readonly JsonValue[] }> {
  const persist = await mkdtemp(join(tmpdir(), "onex-compat-"));
  const worker = await bootWorker({ persist, vars: { RINGS: "2", TENANT_CONCURRENCY: "3" } });
  try {
    const client = createWireClient({ baseUrl: worker.url, token: worker.token, name: "recorder", newKey: counter() });
    const storage = await storageOf(worker);
    const snapshots = await live(client, worker, storage);
    const kept = { database: await databaseOf(storage), blobs: await blobsOf(storage), snapshots };
    await worker.stop();
    const classes = ["RunRing", "TrustMemory", "Limiter"];
    const objects = await Promise.all(classes.map(async (name) => [name, await objectsOf(persist, name)] as const));
    return { ...kept, objects: Object.fromEntries(objects) };
  } finally {
    await worker.stop();
    await rm(persist, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Keys as they are made: a recording is repeated under the same ones. */
function counter(): () => string {
  let made = 0;
  return () => `key-${++made}`;
}

async function live(client: WireClient, worker: LocalWorker, storage: Storage): Promise<readonly JsonValue[]> {
  await registerTree(client, PROJECT_ROOT);
  const registryVersion = await build(client);
  const send = async (operation: string, payload: object, more: object = {}, waitSeconds = 30): Promise<string> =>
    (await client.envelopes.send({ operation, payload: { ...payload }, ...more }, { waitSeconds, registryVersion }))
      .runId;
  const goal = (text: string, policy: object = {}) => ({ want: ["text.length"], given: { "text.in": text }, policy });
  const link = (from: string) => ({
    operation: "node.execute",
    payload: { node: "kept_count", input: { "text.in": { $from: from } } },
  });

  const inline = await send(
    "goal.run",
    { want: ["metadata.report"], given: { "document.text": "# Hello" } },
    { metadata: { tags: ["nightly"] } },
  );
  const queued = await send("goal.run", goal("queued", QUEUED), {
    chains: { on_success: [link("given.text.in")], on_complete: [link("run.id")] },
  });
  const replanned = await send("goal.run", goal("boom", QUEUED));
  const failed = await send("goal.run", goal("boom", { ...QUEUED, max_replans: 0 }), {
    metadata: { tags: ["nightly"] },
  });
  const cached = { want: ["text.kept"], given: { "text.in": "again" }, policy: QUEUED };
  await send("goal.run", cached);
  await until(
    () => storage.rows("SELECT * FROM result_cache"),
    (rows) => rows.length > 0,
  );
  const hit = await send("goal.run", cached);
  const gated = await send("graph.run", {
    steps: [
      { id: "hash", node: "hash_verify" },
      {
        id: "look",
        node: "metadata_extract",
        when: { value: "hash.hash.verdict", path: "/verdict", op: "eq", than: "never" },
      },
      { id: "bye", node: "noop", after: ["hash"] },
    ],
    given: { "document.text": "# Gated" },
  });
  const whole = await send("goal.run", {
    want: ["inspect.out"],
    given: { "document.text": "# Whole" },
    policy: QUEUED,
  });
  const large = await send("goal.run", {
    ...goal(`${"a".repeat(70_000)}`, QUEUED),
    want: ["text.length", "text.doubled"],
  });
  const gone = await send("goal.run", goal("deleted"));
  await put(worker, "TRIGGERS", message("6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b", "documents"));
  await put(worker, "TRIGGERS", {
    ...message("7f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b", "documents"),
    source: "agent two",
  });
  await put(worker, "TRIGGERS", message("8f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b", "nobody"));
  await put(worker, "EXECUTE", { hello: "world" });
  await put(worker, "EVENTS", { type: "archive", version: 7, ring: 0, batch: 1 });
  await put(worker, "EVENTS", { type: "work", version: 1, work: lostWork(queued) });
  const cancelled = await send("graph.run", { steps: [{ id: "news", node: "wait_event" }], given: {} }, {}, 0);
  await client.runs.cancel(cancelled);
  await archived(storage, [inline, queued, replanned, failed, hit, gated, whole, large, gone, cancelled]);
  await until(
    () => client.deadLetters.search(),
    ({ dead_letters: letters }) => letters.length >= 4,
  );
  await until(
    () => storage.rows("SELECT * FROM run_sequels"),
    (rows) => rows.length >= 3,
  );
  await until(
    () => storage.rows("SELECT * FROM trust_scores"),
    (rows) => rows.length >= 3,
  );
  await client.runs.delete(gone);
  const rerun = await client.runs.rerun(queued, { given: { "text.in": "rerun" } });
  await client.runs.wait(rerun.run_id);
  await archived(storage, [rerun.run_id]);
  const snapshots = await Promise.all(
    [queued, replanned, hit, gated, whole, large].map((id) => client.runs.export(id)),
  );
  await client.runs.delete(gated);
  await client.runs.import(snapshots[3]);
  await archived(storage, [gated]);
  await storage.sweep(Date.now());
  await underWay(client, send);
  return JSON.parse(JSON.stringify(snapshots)) as readonly JsonValue[];
}

/** Runs that wait, each for something else, when the Worker stops. */
async function underWay(
  client: WireClient,
  send: (operation: string, payload: object, more?: object, wait?: number) => Promise<string>,
): Promise<void> {
  const day = 86_400_000;
  const graph = (node: string, given: object = {}) => ({
    steps: [
      { id: "before", node: "noop" },
      { id: "wait", node, after: ["before"] },
    ],
    given,
    policy: { deadline_ms: day },
  });
  await send("graph.run", graph("wait_sleep", { "wait.ms": day / 2 }), {}, 0);
  const listening = await send("graph.run", graph("wait_event"), { metadata: { tags: ["listening"] } }, 0);
  await client.runs.sendEvent(listening, "something else", { a: 1 });
  await send("graph.run", graph("wait_approval"), {}, 0);
  const paused = await send("graph.run", graph("wait_event"), {}, 0);
  await client.runs.pause(paused);
  const steps = Array.from({ length: 24 }, (_, at) => ({
    id: `s${at}`,
    node: "noop",
    ...(at === 0 ? {} : { after: [`s${at - 1}`] }),
  }));
  await send(
    "graph.run",
    {
      steps: [...steps, { id: "end", node: "wait_event", after: ["s23"] }],
      given: {},
      policy: { ...QUEUED, fusion: "none" },
    },
    {},
    0,
  );
  await pause(2_500);
}

const BASE = {
  description: "Counts the letters of a text.",
  input_contract: { "text.in": { type: "string" } },
  output_contract: { "text.length": { type: "integer" } },
  examples: [{ input: { "text.in": "four" }, output: { "text.length": 4 } }],
};
const COUNT = 'return { "text.length": input["text.in"].length };';
const SPECIFICATIONS = [
  {
    ...BASE,
    name: "brittle_count",
    code: `if (input["text.in"] === "boom") throw new Error("no"); ${COUNT}`,
    execution: { cost: 0.1, timeout_ms: 500, retry: { max_retries: 1, base_ms: 10 } },
  },
  { ...BASE, name: "steady_count", code: COUNT, execution: { cost: 0.9, timeout_ms: 500 } },
  {
    ...BASE,
    name: "kept_count",
    output_contract: { "text.kept": { type: "integer" } },
    examples: [{ input: { "text.in": "four" }, output: { "text.kept": 4 } }],
    code: 'return { "text.kept": input["text.in"].length };',
    execution: { timeout_ms: 500, cache: { ttl_s: 3_600 } },
  },
  {
    ...BASE,
    name: "doubled",
    output_contract: { "text.doubled": { type: "string" } },
    examples: [{ input: { "text.in": "a" }, output: { "text.doubled": "aa" } }],
    code: 'return { "text.doubled": input["text.in"] + input["text.in"] };',
  },
];

/** Functions, a composite, a node that listens to the bus, and one that was replaced. Answers the registry's version. */
async function build(client: WireClient): Promise<string> {
  for (const specification of SPECIFICATIONS) {
    const { envelope } = await client.executeNode(
      "scaffold",
      { "node.specification": specification },
      { waitSeconds: 30 },
    );
    if (envelope.success !== true) throw new Error(JSON.stringify(envelope));
  }
  const example = `${PROJECT_ROOT}docs/examples/on_document/`;
  const read = (name: string): Promise<string> => readFile(`${example}${name}`, "utf8");
  await client.nodes.register({ metadata: await read("node.onex.yaml"), contract: await read("contract.yaml") });
  const { registry_version: version } = await client.nodes.register({
    metadata: compositeMetadata(),
    contract: COMPOSITE,
  });
  return version;
}

const COMPOSITE = JSON.stringify({
  contract_version: "1.0.0",
  contract_name: "inspect_contract",
  contract_description: "Looks at a document.",
  node_name: "inspect",
  node_version: "1.0.0",
  kind: "compute",
  input_contract: { "document.text": { type: "string" } },
  output_contract: { "inspect.out": { type: "object" } },
  execution: { cache: { ttl_s: 3_600 } },
  graph: { steps: [{ id: "hash", node: "hash_verify" }], outputs: { "inspect.out": "hash.hash.verdict" } },
});

function compositeMetadata(): string {
  const stamped = stamp("", {
    path: "node.onex.yaml",
    now: "2026-01-01T00:00:00.000Z",
    uuid: "0b8d9f3e-5a0b-4f6e-9d0a-6f1f1f7c2c00",
    author: "ONEX on Workers contributors",
    fields: {
      name: "inspect",
      version: "1.0.0",
      description: "Looks at a document.",
      lifecycle: "active",
      meta_type: "node",
      namespace: "onex.nodes.inspect",
      state_contract: "state_contract://contract.yaml",
      entrypoint: { type: "composite", target: "contract.yaml" },
    },
  });
  if (!stamped.ok) throw new Error(stamped.error.map(({ message: text }) => text).join("; "));
  return stamped.value.text;
}

const message = (id: string, group: string) => ({
  topic: `node.exec.request.${group}`,
  trigger_id: id,
  idempotent_key: `hello ${group}`,
  source: "agent",
  tags: ["incoming"],
  input: { "document.text": "# Hello" },
});

const lostWork = (runId: string) => ({
  runId,
  tenant: "default",
  correlationId: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
  segment: "s",
  token: "s.1",
  epoch: 1,
  expiresAt: 9e15,
  steps: [],
  values: {},
});

async function put({ mf }: LocalWorker, queue: string, body: unknown): Promise<void> {
  const producer = (await mf.getQueueProducer(queue)) as { send(body: unknown): Promise<unknown> };
  await producer.send(body);
}

const archived = (storage: Storage, ids: readonly string[]): Promise<unknown> =>
  until(
    async () => [
      ...(await storage.rows("SELECT run_id FROM runs WHERE archive_key IS NOT NULL")),
      ...(await packedRows(storage)),
    ],
    (rows) => ids.every((id) => rows.some(({ run_id: known }) => known === id)),
  );

async function until<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (let left = PATIENCE; ; left--) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    if (left === 0) throw new Error(`it never came to be: ${ask.toString()} ${JSON.stringify(answer).slice(0, 2_000)}`);
    await pause(100);
  }
}

const OWN_TABLES =
  "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%'";

async function databaseOf(storage: Storage): Promise<KeptByWorker["database"]> {
  const tables = (await storage.rows(OWN_TABLES)).map(({ name }) => String(name));
  const rows = await Promise.all(
    tables.map(async (name) => [name, await storage.rows(`SELECT * FROM ${name}`)] as const),
  );
  return Object.fromEntries(rows);
}

async function blobsOf(storage: Storage): Promise<KeptByWorker["blobs"]> {
  const texts = (await storage.keys()).map(async (key) => [key, (await storage.text(key)) ?? ""] as const);
  return Object.fromEntries(await Promise.all(texts));
}

async function objectsOf(persist: string, className: string): Promise<KeptObjects> {
  const [first = []] = await objectRows(persist, className, OWN_TABLES);
  const tables = Object.fromEntries(first.map(({ name, sql }) => [String(name), String(sql)]));
  const objects: Record<string, readonly KeptRow[]>[] = [];
  for (const name of Object.keys(tables)) {
    for (const [at, rows] of (await objectRows(persist, className, `SELECT * FROM ${name}`)).entries()) {
      objects[at] = { ...objects[at], [name]: rows };
    }
  }
  return { tables, objects };
}
