import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import type { JsonObject } from "../../contracts/json/json.ts";
import { defineNode, NodeFailure, serveNodes, testNode } from "../../src/authoring/index.ts";
import { admitNode } from "../../src/core/registry/admit.ts";
import { httpHandler } from "../../src/infra/handlers/http/http-handler.ts";
import { fixedClock } from "../../src/infra/memory/clock.ts";
import { memorySecrets } from "../../src/infra/memory/secrets.ts";
import { bindingOf } from "../support/bindings.ts";
import { CALL } from "../support/call.ts";
import { testEngine } from "../support/engines.ts";
import { loopbackServer, type LoopbackServer } from "../support/hostile-server.ts";

const SECRET = `whsec_${Buffer.from("a secret of twenty-four b").toString("base64")}`;

const shout = defineNode({
  name: "doc_shout",
  version: "1.2.0",
  input: z.object({ "doc.text": z.string(), "doc.times": z.number().int().min(1).optional() }),
  output: z.object({ "doc.loud": z.string() }),
  example: { input: { "doc.text": "ah" }, output: { "doc.loud": "AH" } },
  run: (input) => ({ "doc.loud": input["doc.text"].toUpperCase().repeat(input["doc.times"] ?? 1) }),
});

let failures = 0;
const moody = defineNode({
  name: "doc_moody",
  version: "1.0.0",
  kind: "effect",
  input: z.object({ "doc.text": z.string() }),
  output: z.object({ "doc.mood": z.string() }),
  run() {
    if (failures-- > 0) throw new NodeFailure("SERVICE_UNAVAILABLE", "not now", { retryAfterSeconds: 30 });
    return { "doc.mood": "good" };
  },
});

const lies = defineNode({
  name: "doc_lies",
  version: "1.0.0",
  input: z.object({ "doc.text": z.string() }),
  output: z.object({ "doc.lie": z.number() }),
  run: () => ({ "doc.lie": "text" as unknown as number }),
});

let server: LoopbackServer;
const later: string[] = [];
beforeAll(async () => {
  const serve = serveNodes([shout, moody, lies], { secret: SECRET });
  server = await loopbackServer((request, response, body) => {
    if (request.url === "/later") {
      later.push(body);
      response.writeHead(202).end();
      return;
    }
    if (request.url === "/garbage") return void response.writeHead(200).end("<html>");
    if (request.url === "/error") return void response.writeHead(500).end();
    const headers = new Headers(request.headers as Record<string, string>);
    void serve(new Request("http://x/", { method: request.method ?? "POST", headers, body })).then(async (answer) => {
      response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
    });
  });
});
afterAll(() => server.stop());

/** An engine whose clock is this machine's time: the signature's age is judged by it. */
async function world(...placed: readonly (readonly [typeof shout | typeof moody | typeof lies, string])[]) {
  const test = await testEngine([], undefined, {
    bindings: [bindingOf(httpHandler({ fetch, clock: fixedClock(0) }), { egress: { allow_loopback: true } })],
    secrets: memorySecrets({
      SECRET_NODES: SECRET,
      SECRET_OTHER: `whsec_${Buffer.from("another secret").toString("base64")}`,
    }),
  });
  test.clock.set(Date.now());
  for (const [node, path] of placed) {
    const [url, secretRef = "NODES"] = path.split("#");
    const registered = await test.engine.services.nodes.register(
      CALL,
      node.artifacts({ kind: "remote", url: `${server.url}${url}`, secretRef }),
    );
    if (!registered.ok) throw new Error(registered.error[0]?.message);
  }
  return {
    ...test,
    async goal(want: string, given: JsonObject = { "doc.text": "hello" }) {
      const sent = await test.send("goal.run", { want: [want], given });
      if (!sent.ok) throw new Error(sent.error.message);
      await test.settle(120_000);
      return test.engine.services.runs.view(CALL, sent.value.runId);
    },
  };
}

describe("a node that is elsewhere", () => {
  it("gets its attempt signed, and its answer goes on as any node's", async () => {
    const { goal } = await world([shout, "/"]);
    expect(await goal("doc.loud", { "doc.text": "ah", "doc.times": 2 })).toMatchObject({
      status: "succeeded",
      outputs: { "doc.loud": "AHAH" },
      steps: [{ node: "doc_shout", version: "1.2.0" }],
    });
  });

  it("may name its failure, and when to ask again", async () => {
    failures = 1;
    const { goal, clock } = await world([moody, "/"]);
    const begun = clock.now();
    expect(await goal("doc.mood")).toMatchObject({
      status: "succeeded",
      steps: [{ attempts: [{ error: { code: "SERVICE_UNAVAILABLE" } }, {}] }],
    });
    expect(clock.now() - begun).toBeGreaterThanOrEqual(30_000);
  });

  it.each([
    ["an output outside of its contract", lies, "/", "doc.lie", "INVALID_PARAMETER"],
    ["an answer that is none", shout, "/garbage", "doc.loud", "HANDLER_EXECUTION_ERROR"],
    ["a server that fails", shout, "/error", "doc.loud", "SERVICE_UNAVAILABLE"],
    ["a signature of another secret", shout, "/#OTHER", "doc.loud", "AUTHENTICATION_ERROR"],
    ["a secret that is not bound", shout, "/#NOBODY", "doc.loud", "SECRET_RESOLUTION_ERROR"],
  ])("fails with a code: %s", async (_, node, path, want, code) => {
    const { goal } = await world([node, path]);
    expect(await goal(want)).toMatchObject({ status: "failed", error: { code } });
  });

  it("may answer later, once, for its own run, and ends in its time limit when it does not", async () => {
    later.length = 0;
    const { engine, send, settle } = await world([shout, "/later"]);
    const sent = await send("goal.run", { want: ["doc.loud"], given: { "doc.text": "ah" } });
    if (!sent.ok) throw new Error(sent.error.message);
    await settle(10);
    const { runId } = sent.value;
    expect(await engine.services.runs.view(CALL, runId)).toMatchObject({ steps: [{ status: "leased" }] });
    const { token, run_id } = JSON.parse(later[0] ?? "{}") as { readonly token: string; readonly run_id: string };
    expect(run_id).toBe(runId);
    const answer = (run: string) =>
      engine.services.workItems.answer(CALL, token, {
        run_id: run,
        outcome: { ok: true, output: { "doc.loud": "LATE" } },
        duration_ms: 5,
      });
    expect(await answer("r00_00000000000000000000000000")).toMatchObject({
      ok: false,
      error: { code: "REQUEST_REJECTED" },
    });
    expect(await answer(runId)).toMatchObject({ ok: true });
    expect(await answer(runId)).toMatchObject({ ok: false, error: { code: "WORK_ITEM_OVER" } });
    await settle(10);
    expect(await engine.services.runs.view(CALL, runId)).toMatchObject({
      status: "succeeded",
      outputs: { "doc.loud": "LATE" },
    });

    const silent = await send("goal.run", { want: ["doc.loud"], given: { "doc.text": "b" } });
    await settle();
    expect(await engine.services.runs.view(CALL, silent.ok ? silent.value.runId : "")).toMatchObject({
      status: "failed",
    });
  });
});

describe("what serves nodes", () => {
  const serve = serveNodes([shout], { secret: ["whsec_b2xkIHNlY3JldA==", SECRET], maxBytes: 2_000 });
  const body = (more: JsonObject = {}): string =>
    JSON.stringify({
      protocol: 1,
      token: "w1.aa",
      run_id: "r",
      step_id: "s",
      attempt: 1,
      node: "doc_shout",
      node_version: "1.2.0",
      input: { "doc.text": "x" },
      correlation_id: "c",
      idempotency_key: "k",
      timeout_ms: 1_000,
      ...more,
    });
  const posted = (text: string, id: string, { secret = SECRET, at = new Date() } = {}) =>
    serve(
      new Request("http://x/", {
        method: "POST",
        body: text,
        headers: {
          "webhook-id": id,
          "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
          "webhook-signature": new Webhook(secret).sign(id, at, text),
        },
      }),
    );

  it("takes an attempt once", async () => {
    const token = "w1.ab";
    const first = await posted(body({ token }), token);
    expect([first.status, await first.json()]).toEqual([200, { outcome: { ok: true, output: { "doc.loud": "X" } } }]);
    expect((await posted(body({ token }), token)).status).toBe(409);
  });

  it.each([
    ["an hour old", () => posted(body(), "w1.aa", { at: new Date(Date.now() - 3_600_000) }), 401],
    ["an hour early", () => posted(body(), "w1.aa", { at: new Date(Date.now() + 3_600_000) }), 401],
    ["of a stranger", () => posted(body(), "w1.aa", { secret: "whsec_c3RyYW5nZXI=" }), 401],
    ["unsigned", () => serve(new Request("http://x/", { method: "POST", body: body() })), 401],
    ["of another attempt", () => posted(body(), "w1.other"), 400],
    ["of a future protocol", () => posted(body({ protocol: 2 }), "w1.aa"), 400],
    ["no attempt", () => posted("null", "w1.aa"), 400],
    ["too long", () => posted(body({ input: { "doc.text": "x".repeat(3_000) } }), "w1.aa"), 413],
    ["a look", () => serve(new Request("http://x/")), 405],
  ] as const)("refuses what is %s", async (_, asked, status) => {
    expect((await asked()).status).toBe(status);
  });

  it("says which node it does not have, and what of the input is wrong", async () => {
    expect(await (await posted(body({ token: "w1.n1", node: "gone" }), "w1.n1")).json()).toMatchObject({
      outcome: { error: { code: "REQUEST_REJECTED" } },
    });
    expect(await (await posted(body({ token: "w1.n2", input: {} }), "w1.n2")).json()).toMatchObject({
      outcome: { ok: false, error: { code: "INVALID_PARAMETER", message: expect.stringContaining("doc.text") } },
    });
  });
});

it("tells the name alone of an error that was not foreseen", async () => {
  const clumsy = defineNode({
    name: "doc_clumsy",
    version: "1.0.0",
    input: z.object({}),
    output: z.object({ "doc.none": z.string() }),
    run: () => {
      throw new RangeError("connecting as admin:hunter2");
    },
  });
  const body = JSON.stringify({
    ...{ protocol: 1, token: "w1.cc", run_id: "r", step_id: "s", attempt: 1, node: "doc_clumsy" },
    ...{ node_version: "1.0.0", input: {}, correlation_id: "c", idempotency_key: "k", timeout_ms: 1_000 },
  });
  const at = new Date();
  const headers = {
    "webhook-id": "w1.cc",
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(SECRET).sign("w1.cc", at, body),
  };
  const answer = await serveNodes([clumsy], { secret: SECRET })(
    new Request("http://x/", { method: "POST", body, headers }),
  );
  expect(await answer.json()).toEqual({
    outcome: { ok: false, error: { code: "HANDLER_EXECUTION_ERROR", message: "the node failed with RangeError" } },
  });
});

describe("a node's definition", () => {
  it("is admitted as it is, and is the same every time", () => {
    expect(shout.artifacts()).toEqual(shout.artifacts());
    expect(admitNode(shout.artifacts())).toMatchObject({
      ok: true,
      value: {
        name: "doc_shout",
        version: "1.2.0",
        lifecycle: "active",
        entrypoint: { type: "builtin", target: "doc_shout@1.2.0" },
        inputs: {
          "doc.text": { optional: false },
          "doc.times": { optional: true, schema: { type: "integer", minimum: 1 } },
        },
      },
    });
  });

  it("refuses at once what the registry would refuse", () => {
    const wrong = {
      version: "1",
      input: z.object({}),
      output: z.object({ "a.b": z.string() }),
      run: () => ({ "a.b": "" }),
    };
    expect(() => defineNode({ ...wrong, name: "Bad Name" })).toThrow(TypeError);
    const example = { input: { "x.y": 1 as never } };
    expect(() =>
      defineNode({ ...wrong, name: "x", version: "1.0.0", input: z.object({ "x.y": z.string() }), example }),
    ).toThrow(/example/);
  });

  it("is tried as the engine would run it", async () => {
    expect(await testNode(shout, { "doc.text": "ah" })).toEqual({ output: { "doc.loud": "AH" } });
    await expect(testNode(shout, { "doc.text": 1 })).rejects.toThrow(/doc\.text/);
    await expect(testNode(lies, { "doc.text": "x" })).rejects.toThrow(/doc\.lie/);
  });
});
