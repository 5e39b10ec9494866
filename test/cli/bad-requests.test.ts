import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { valueHash } from "../../src/core/run/model/hash.ts";
import { pureNode, type TestNode } from "../support/engines.ts";
import { sampleArtifacts, sampleNode } from "../support/sample-node.ts";
import { waitNode } from "../support/wait-node.ts";
import { testServer, type TestServer } from "./support/test-server.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
/** Two variants that break their contract, whatever they are given. */
const VARIANTS = ["one", "two"].map((name) => pureNode(name, "text.in", "text.never", () => null));
/** A node whose contract takes more work than anything may, for a text that is long enough. */
const PICKY = pureNode("picky", "text.wide", "text.narrow", (text) => text, {
  inputState: {
    type: "object",
    properties: {
      "text.wide": { allOf: Array.from({ length: 500 }, (_, i) => ({ pattern: `^(?:[a-z]|${i})*x?[a-z]{20}$` })) },
    },
  },
});
const NODES: readonly TestNode[] = [SHOUT, PICKY, ...VARIANTS, waitNode("event"), waitNode("approval")];
const BROKEN = "0".repeat(64);
const NOBODY = "r00_01J00000000000000000000000";
const TRIGGERS = ["6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b", "7f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"] as const;

interface Answer {
  readonly status: number;
  // What a test of the wire looks at is whatever came.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

let server: TestServer;
beforeEach(async () => {
  server = await testServer(NODES);
});
afterEach(() => server.close());

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const { ONEX_URL: url = "", ONEX_TOKEN: token = "" } = server.env;
  const isSent = body === undefined || typeof body === "string" || body instanceof Uint8Array;
  const text = isSent ? (body as string | Uint8Array<ArrayBuffer> | undefined) : JSON.stringify(body);
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    ...(text === undefined ? {} : { body: text }),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}
const post = (path: string, body?: unknown, headers?: Record<string, string>) => ask("POST", path, body, headers);

const envelope = (operation: string, payload: object, more: object = {}) => ({
  source_node: "t",
  operation,
  payload,
  ...more,
});
const goal = (want: string, text: unknown) => envelope("goal.run", { want: [want], given: { "text.in": text } });
const send = (body: unknown, headers?: Record<string, string>) =>
  post("/v1/envelopes", body, { prefer: "wait=1", ...headers });

/** The id of a run that has ended. */
const ended = async (): Promise<string> => (await send(goal("text.loud", "hey"))).body.payload.run_id;
/** The id of a run that waits for the event `paid`, and then for a word on `sign`. */
async function waiting(): Promise<string> {
  const steps = [
    { id: "paid", node: "wait_event" },
    { id: "sign", node: "wait_approval", after: ["paid"] },
  ];
  return (await post("/v1/envelopes", envelope("graph.run", { steps, given: {} }))).body.payload.run_id;
}
const exported = async () => (await ask("GET", `/v1/runs/${await ended()}/export`)).body;

/** A run of another tenant that waits for a word on `sign`. */
async function elsewhere(): Promise<string> {
  const { engine, clock, send: sendAs } = server.world;
  const { definition } = waitNode("approval");
  await engine.ports.registry.register("other", sampleNode(definition), sampleArtifacts(definition.name), clock.now());
  const steps = [{ id: "sign", node: "wait_approval" }];
  const sent = await sendAs("graph.run", { steps, given: {} }, {}, { tenant: "other" });
  if (!sent.ok) throw new Error(sent.error.message);
  return sent.value.runId;
}

/** What the first column of the table says, and how to bring it about. */
const CASES: Readonly<Record<string, () => Promise<Answer>>> = {
  "no token, or a wrong one": () => ask("GET", "/v1/runs", undefined, { authorization: "Bearer old" }),
  "an empty body": () => post("/v1/envelopes", ""),
  "a body of another content type": () => post("/v1/envelopes", "hello", { "content-type": "text/plain" }),
  "bytes that are not UTF-8": () => post("/v1/envelopes", Uint8Array.from([0x22, 0xff, 0x22])),
  "a body that is compressed with anything but gzip or deflate": () =>
    post("/v1/envelopes", brotliCompressSync(JSON.stringify(goal("text.loud", "hey"))), { "content-encoding": "br" }),
  "a compressed body": () =>
    post("/v1/envelopes", gzipSync(JSON.stringify(goal("text.loud", "hey"))), { "content-encoding": "gzip" }),
  "a compressed body that inflates to more than 1 MiB": () =>
    post("/v1/envelopes", gzipSync(JSON.stringify(goal("text.loud", "x".repeat(2_000_000)))), {
      "content-encoding": "gzip",
    }),
  "a compressed body that is damaged, and one that breaks off": () =>
    post("/v1/envelopes", gzipSync(JSON.stringify(goal("text.loud", "hey"))).subarray(0, 20), {
      "content-encoding": "gzip",
    }),
  "half of a surrogate pair, in a value or a name": () => send(goal("text.loud", "hey\ud800")),
  "lists and objects nested deeper than 200 levels": () =>
    send(`{"payload": ${"[".repeat(6_000)}${"]".repeat(6_000)}}`),
  "a number that no double can hold, such as 1e400": () => send(`{"payload": {"given": {"text.in": 1e400}}}`),
  "an integer beyond 2^53 - 1 that is no string": () => send(`{"payload": {"given": {"text.in": 9007199254740993}}}`),
  "a member that is there twice": () => send(`{"operation": "goal.run", "operation": "graph.run"}`),
  "NUL in a name, a key or a tag": () => send(envelope("goal.run", {}, { metadata: { tags: ["a\0b"] } })),
  "a registry version that is none": () => send(goal("text.loud", "hey"), { "x-onex-registry-version": "latest" }),
  "a registry version that the registry has not come to": () =>
    send(goal("text.loud", "hey"), { "x-onex-registry-version": "1000.0" }),
  "JSON that is no envelope": () => send([1, 2]),
  "a misspelt member of an envelope or its metadata": () =>
    send({ ...goal("text.loud", "hey"), on_sucess: [], metadata: { idempotency: "k" } }),
  "a member of another system in an envelope or its metadata": () =>
    send({ ...goal("text.loud", "hey"), source_node_id: "7", priority: 3, metadata: { onex_version: "1", team: "x" } }),
  "a payload with a member nobody knows": () => send(envelope("goal.run", { want: ["text.loud"], give: {} })),
  "an operation there is not": () => send(envelope("goal.walk", {})),
  "an operation whose handler is not here, such as http.get": () => send(envelope("http.get", { url: "https://a.b" })),
  "an operation that nothing takes yet, such as job.submit": () => send(envelope("job.submit", {})),
  "a node that nobody here can execute": async () => {
    const far = sampleNode({ name: "far", entrypoint: { type: "http", target: "https://a.b" } });
    await server.world.engine.ports.registry.register("default", far, sampleArtifacts("far"), 0);
    return send(envelope("node.execute", { node: "far", input: { "document.text": "hey" } }));
  },
  "a value the contract does not allow": () => send(goal("text.loud", 7)),
  "a value the contract cannot judge within its budget": () =>
    send(envelope("goal.run", { want: ["text.narrow"], given: { "text.wide": "abc".repeat(20_000) } })),
  "a value of 1 MB": () => send(goal("text.loud", "x".repeat(1_000_000))),
  "a value of 100 MB": () => send(goal("text.loud", "x".repeat(100_000_000))),
  "a graph of 10,001 steps": () => {
    const steps = Array.from({ length: 10_001 }, (_, at) => ({ id: `s${at}`, node: "shout" }));
    return send(envelope("graph.run", { steps, given: { "text.in": "hey" } }));
  },
  "a gate with an operator there is not": () => {
    const when = { value: "a.text.loud", op: "equals", than: "HEY" };
    const steps = [
      { id: "a", node: "shout" },
      { id: "b", node: "shout", when },
    ];
    return send(envelope("graph.run", { steps, given: { "text.in": "hey" } }));
  },
  "a gate that never holds": () => {
    const when = { value: "a.text.loud", op: "eq", than: "never" };
    const steps = [
      { id: "a", node: "shout" },
      { id: "b", node: "shout", when },
    ];
    return send(envelope("graph.run", { steps, given: { "text.in": "hey" } }));
  },
  "variants that all fail": () => send(goal("text.never", "hey")),
  "an idempotency key of another request": async () => {
    await send(goal("text.loud", "one"), { "idempotency-key": "k" });
    return send(goal("text.loud", "two"), { "idempotency-key": "k" });
  },
  "a run nobody knows": () => ask("GET", `/v1/runs/${NOBODY}`),
  "an approval by another tenant": async () => post(`/v1/runs/${await elsewhere()}/approvals/sign`, { approved: true }),
  "a word on a step that waits for none": async () =>
    post(`/v1/runs/${await waiting()}/approvals/sign`, { approved: true }),
  "an event for a run that has ended": async () => post(`/v1/runs/${await ended()}/events`, { name: "paid" }),
  "a cancellation that comes after the end": async () => post(`/v1/runs/${await ended()}/cancel`),
  "resuming a run that is not paused": async () => post(`/v1/runs/${await waiting()}/resume`),
  "a request with a member nobody knows": async () => post(`/v1/runs/${await ended()}/rerun`, { form: "shout" }),
  "a query with a parameter nobody knows": () => ask("GET", "/v1/runs?stauts=failed"),
  "a node with a member nobody knows": () => post("/v1/nodes", { ...sampleArtifacts("shout"), cod: "return {};" }),
  "a rerun of a run that goes on": async () => post(`/v1/runs/${await waiting()}/rerun`),
  "a rerun from a step the plan does not have": async () => post(`/v1/runs/${await ended()}/rerun`, { from: "nobody" }),
  "a rerun with a value the run was not given": async () =>
    post(`/v1/runs/${await ended()}/rerun`, { given: { "text.other": 1 } }),
  "a replay or an export of a run that goes on": async () => post(`/v1/runs/${await waiting()}/replay`),
  "a replay whose node is gone": async () => {
    const file = await exported();
    await server.close();
    server = await testServer(VARIANTS);
    await post("/v1/runs/import", file);
    return post(`/v1/runs/${file.run_id}/replay`);
  },
  "a snapshot edited by hand": async () =>
    post("/v1/runs/import", JSON.stringify(await exported()).replace('"HEY"', '"HOY"')),
  "a snapshot that was written by somebody else": async () => {
    const { sha256: _, ...file } = await exported();
    file.record.header.correlationId = null;
    return post("/v1/runs/import", { ...file, sha256: valueHash(file) });
  },
  "a snapshot of a run that goes on": async () => {
    const { sha256: _, ...file } = await exported();
    file.record.header.status = "running";
    return post("/v1/runs/import", { ...file, sha256: valueHash(file) });
  },
  "a file that is no snapshot": () => post("/v1/runs/import", { format: "onex-run/1", sha256: BROKEN }),
  "a redrive in bulk": async () => {
    await post("/v1/triggers", message("late", TRIGGERS[0]));
    await post("/v1/triggers", message("never", TRIGGERS[1]));
    await server.world.settle();
    return post("/v1/dead-letters/redrive", { filter: {} });
  },
};

const message = (group: string, id: string) => ({
  topic: `node.exec.request.${group}`,
  trigger_id: id,
  idempotent_key: id,
  source: "test",
  input: { "text.in": "hey" },
});

const PAGE = readFileSync(new URL("../../docs/runs.md", import.meta.url), "utf8");
/** The rows of the table under its heading: what, outcome, code (or none), status. */
const ROWS = [
  ...(PAGE.split("## Bad input\n")[1]?.split("\n## ")[0] ?? "").matchAll(/^\| (.+) \| (.+) \| (.+) \| (\d+) \|$/gm),
].map(([, what = "", outcome = "", code = "", status = ""]) => ({ what, outcome, code, status: Number(status) }));

describe("the table of bad input", () => {
  it("has a row for every case, and a case for every row", () => {
    expect(ROWS.map(({ what }) => what).toSorted()).toEqual(Object.keys(CASES).toSorted());
  });

  it.each(ROWS)("$what: $code, $status", async ({ what, code, status }) => {
    const { status: answered, body } = (await CASES[what]?.()) ?? { status: 0, body: null };
    const told = body.code ?? body.error?.code ?? body.payload?.error?.code ?? "–";
    expect({ status: answered, code: told }).toEqual({ status, code });
    if (status >= 400)
      expect(body).toMatchObject({ detail: expect.stringMatching(/\S/), correlation_id: expect.any(String) });
  });
});

const NEAREST = { place: "$.payload.give", hint: "did you mean 'given'?" };

describe("what a refusal says: what is wrong, where, and what to do", () => {
  it.each<readonly [string, object]>([
    ["no token, or a wrong one", { hint: expect.stringContaining("ONEX_TOKEN") }],
    [
      "a misspelt member of an envelope or its metadata",
      {
        errors: [
          { detail: "on_sucess: not known here", place: "$.on_sucess", hint: "did you mean 'on_success'?" },
          { place: "$.metadata.idempotency", hint: "did you mean 'idempotency_key'?" },
        ],
      },
    ],
    ["a payload with a member nobody knows", { detail: "payload.give: not known here", ...NEAREST }],
    [
      "a gate with an operator there is not",
      {
        place: "$.payload.steps[1].when",
        detail: expect.stringContaining("exists, eq, ne, lt, lte, gt, gte, in, contains"),
      },
    ],
    ["a value of 100 MB", { place: "$", hint: expect.stringContaining("reference") }],
    ["an idempotency key of another request", { place: "$.metadata.idempotency_key" }],
    ["a word on a step that waits for none", { hint: "the run is waiting, and no step waits for approval" }],
    ["an event for a run that has ended", { detail: expect.stringMatching(/^run '.+' has succeeded; event changes/) }],
    [
      "a request with a member nobody knows",
      { detail: "form: not known here", place: "$.form", hint: "did you mean 'from'?" },
    ],
    ["a query with a parameter nobody knows", { place: "query stauts", hint: "did you mean 'status'?" }],
    ["a node with a member nobody knows", { place: "$.cod", hint: "did you mean 'code'?" }],
  ])("%s", async (what, said) => {
    expect((await CASES[what]?.())?.body).toMatchObject(said);
  });

  it("names what there is where nothing comes near", async () => {
    expect((await send(envelope("goal.run", { want: ["text.loud"], banana: 1 }))).body).toMatchObject({
      place: "$.payload.banana",
      hint: "known are want, given, policy",
    });
    const { body } = await ask("GET", "/v1/runs?banana=1");
    expect(body).toMatchObject({ place: "query banana", hint: expect.stringContaining("known are status, node, tag") });
  });

  it("reaches into conditions, maps, links and policies", async () => {
    const step = { id: "a", node: "shout", whn: {} };
    const link = { operation: "goal.run", payload: { want: ["text.loud"], polcy: {} } };
    const payload = { steps: [step], policy: { max_replan: 1 } };
    expect((await send(envelope("graph.run", payload))).body.errors).toMatchObject([
      { place: "$.payload.steps[0].whn", hint: "did you mean 'when'?" },
      { place: "$.payload.policy.max_replan", hint: "did you mean 'max_replans'?" },
    ]);
    const chained = { ...goal("text.loud", "hey"), on_success: [link] };
    expect((await send(chained)).body).toMatchObject({
      place: "$.on_success[0].payload.polcy",
      hint: "did you mean 'policy'?",
    });
  });

  it("reaches into the changes of a plan", async () => {
    const mutations = [{ op: "remove", step: "shout", becuase: "it is loud" }];
    expect((await post(`/v1/runs/${await ended()}/rerun`, { mutations })).body).toMatchObject({
      code: "PLAN_INVALID_MUTATION",
      place: "$.mutations[0].becuase",
      hint: expect.stringMatching(/^known are op, step/),
    });
  });

  it("a word on another step is told which ones wait, 20 at most", async () => {
    const steps = Array.from({ length: 21 }, (_, at) => ({ id: `sign${at}`, node: "wait_approval" }));
    const { body: run } = await post("/v1/envelopes", envelope("graph.run", { steps, given: {} }));
    const { body } = await post(`/v1/runs/${run.payload.run_id}/approvals/sing0`, { approved: true });
    const named = steps
      .map(({ id }) => id)
      .toSorted()
      .slice(0, 20)
      .join(", ");
    expect(body).toMatchObject({ code: "INVALID_STATE", hint: `waiting for approval: ${named}` });
  });

  it("a run that came to an end is said to have done so", async () => {
    const id = await waiting();
    await post(`/v1/runs/${id}/cancel`);
    expect((await post(`/v1/runs/${id}/cancel`)).body.detail).toBe(`run '${id}' was cancelled; cancel changes nothing`);
    expect((await post(`/v1/runs/${id}/approvals/sign`, { approved: true })).body.hint).toBe(
      "the run was cancelled, and no step waits for approval",
    );
    const { body: failed } = await send(goal("text.never", "hey"));
    const gone = failed.payload.run_id;
    expect((await post(`/v1/runs/${gone}/cancel`)).body.detail).toBe(
      `run '${gone}' has failed; cancel changes nothing`,
    );
  });

  it("a run whose nodes have all died says so, and one that may not replan says what would let it", async () => {
    const { body: dead } = await CASES["variants that all fail"]!();
    expect(dead.payload.error.hint).toMatch(/; no other node that may be used gives text\.never$/);
    const limited = { want: ["text.never"], given: { "text.in": "hey" }, policy: { max_replans: 0 } };
    const { body: strict } = await send(envelope("goal.run", limited));
    expect(strict.payload.error.hint).toMatch(/; another node may do its work: raise policy\.max_replans, now 0$/);
  });
});

describe("what is no refusal", () => {
  it("a gate that never holds skips its step, and the run succeeds without its results", async () => {
    const { body } = await CASES["a gate that never holds"]!();
    expect(body.payload).toMatchObject({ status: "succeeded", outputs: { "a.text.loud": "HEY" } });
    expect(body.payload.outputs).not.toHaveProperty(["b.text.loud"]);
    const { body: view } = await ask("GET", `/v1/runs/${body.payload.run_id}`);
    expect(view.steps).toMatchObject([{ status: "succeeded" }, { status: "skipped" }]);
  });

  it("variants that all fail leave the last one's failure, and the others where they were tried", async () => {
    const { body } = await CASES["variants that all fail"]!();
    const { body: view } = await ask("GET", `/v1/runs/${body.payload.run_id}`);
    expect(view).toMatchObject({
      status: "failed",
      replans: 1,
      steps: [{ status: "failed" }],
      replaced: [{ status: "failed" }],
    });
  });

  it("a replay says of each step whose node is gone that it is, and is not identical", async () => {
    const { body } = await CASES["a replay whose node is gone"]!();
    expect(body).toMatchObject({ identical: false, gone: 1, steps: [{ step: "shout", verdict: "gone" }] });
  });

  it("a redrive in bulk does what is mended meanwhile, and what is not is open again", async () => {
    await post("/v1/triggers", message("late", TRIGGERS[0]));
    await post("/v1/triggers", message("never", TRIGGERS[1]));
    await server.world.settle();
    const { engine, clock } = server.world;
    const mended = sampleNode({ ...SHOUT.definition, name: "shout", version: "1.1.0", group: "late" });
    await engine.ports.registry.register("default", mended, sampleArtifacts("shout"), clock.now());
    clock.set(clock.now() + 10_000);
    const { body } = await post("/v1/dead-letters/redrive", { filter: {} });
    expect(body.counts).toEqual({ redriven: 2 });
    await server.world.settle();
    expect((await ask("GET", `/v1/triggers/${TRIGGERS[0]}`)).body).toMatchObject({
      status: "accepted",
      runs: [{ status: "succeeded" }],
    });
    const { body: open } = await ask("GET", "/v1/dead-letters?status=open");
    expect(open.dead_letters).toMatchObject([{ failure_reason: expect.stringContaining("'never'") }]);
  });
});
