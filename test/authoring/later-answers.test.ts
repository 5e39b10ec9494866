import { beforeAll, afterAll, beforeEach, describe, expect, it } from "vitest";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { defineNode, laterAnswers } from "../../src/authoring/index.ts";
import { workItemIdOf, workItemToken } from "../../src/core/pool/work-item.ts";
import { httpHandler } from "../../src/infra/handlers/http/http-handler.ts";
import { fixedClock } from "../../src/infra/memory/clock.ts";
import { memorySecrets } from "../../src/infra/memory/secrets.ts";
import { gateway, type Gateway } from "../http/gateway.ts";
import { bindingOf } from "../support/bindings.ts";
import { CALL } from "../support/call.ts";
import { testEngine, type TestEngine } from "../support/engines.ts";
import { loopbackServer, type LoopbackServer } from "../support/hostile-server.ts";

const secretOf = (text: string): string => `whsec_${Buffer.from(text.padEnd(24, ".")).toString("base64")}`;
const NODES = secretOf("nodes");
const OTHER = secretOf("other");
const OK = { ok: true, output: { "doc.loud": "AH" } } as const;

const slow = (name: string, timeoutMs: number) =>
  defineNode({
    name,
    version: "1.0.0",
    input: z.object({ "doc.text": z.string() }),
    output: z.object({ "doc.loud": z.string() }),
    execution: { timeout_ms: timeoutMs },
    run: () => ({ "doc.loud": "" }),
  });

let server: LoopbackServer;
const posted: { readonly token: string; readonly run_id: string }[] = [];
beforeAll(async () => {
  server = await loopbackServer((_, response, body) => {
    posted.push(JSON.parse(body) as (typeof posted)[number]);
    response.writeHead(202).end();
  });
});
afterAll(() => server.stop());

describe("a later answer", () => {
  let test: TestEngine;
  let http: Gateway;
  beforeEach(async () => {
    posted.length = 0;
    test = await testEngine([], undefined, {
      bindings: [bindingOf(httpHandler({ fetch, clock: fixedClock(0) }), { egress: { allow_loopback: true } })],
      secrets: memorySecrets({ SECRET_NODES: NODES, SECRET_OTHER: OTHER, SECRET_NODES_HOSTS: "127.0.0.1" }),
    });
    test.clock.set(Date.now());
    const placed = slow("doc_slow", 60_000).artifacts({ kind: "remote", url: `${server.url}/`, secretRef: "NODES" });
    const registered = await test.engine.services.nodes.register(CALL, placed);
    if (!registered.ok) throw new Error(registered.error[0]?.message);
    http = gateway({ workItems: test.engine.services.workItems });
  });

  const begin = async () => {
    const sent = await test.send("goal.run", { want: ["doc.loud"], given: { "doc.text": "ah" } });
    if (!sent.ok) throw new Error(sent.error.message);
    await test.settle(10);
    const attempt = posted.at(-1);
    if (!attempt) throw new Error("nothing was posted");
    return attempt;
  };
  const later = (secret = NODES) =>
    laterAnswers({ url: "http://onex.test", secret, fetch: async (url, init) => http.app.request(url, init) });
  const view = (run: string) => test.engine.services.runs.view(CALL, run);

  it("needs the signature alone, counts once, and is refused when it comes again", async () => {
    const attempt = await begin();
    expect(await later().answer(attempt, OK)).toEqual({ taken: true });
    expect(await later().answer(attempt, OK)).toMatchObject({ taken: false, code: "WORK_ITEM_OVER" });
    await test.settle(10);
    expect(await view(attempt.run_id)).toMatchObject({ status: "succeeded", outputs: { "doc.loud": "AH" } });
  });

  it("is refused when it comes too late, and is told why", async () => {
    const attempt = await begin();
    await test.engine.services.control.control(CALL, attempt.run_id, { type: "cancel", reason: "enough" });
    expect(await later().answer(attempt, OK)).toMatchObject({ taken: false, code: "WORK_ITEM_OVER" });
    expect(await later().heartbeat(attempt)).toBe(false);
    expect(await view(attempt.run_id)).toMatchObject({ status: "cancelled" });
  });

  it("is nobody else's: a stranger's, another node's, another item's, an altered one and a token alone are refused alike", async () => {
    const attempt = await begin();
    const other = await begin();
    const id = workItemIdOf(attempt.token);
    if (!id) throw new Error("the token is none");
    const signed = (token: string, body: string, secret = NODES, timestamp = 1_700_000_000) => ({
      "content-type": "application/json",
      "webhook-id": token,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": new Webhook(secret).sign(token, new Date(timestamp * 1_000), body),
    });
    const body = JSON.stringify({ run_id: attempt.run_id, outcome: OK });
    const ask = async (token: string, headers: Record<string, string>, text = body) =>
      (await http.app.request(`/v1/work-items/${token}`, { method: "POST", headers, body: text })).status;
    const { token } = attempt;
    const { signer: _, ...plain } = id;
    const forged = workItemToken({ ...id, signer: { tenant: "default", secretRef: "OTHER" } });
    const foreign = workItemToken({ ...id, signer: { tenant: "other", secretRef: "NODES" } });
    const unsigned = workItemToken({ ...plain, pool: "python" });
    expect(await ask(token, signed(token, body, secretOf("stranger")))).toBe(401);
    expect(await ask(token, signed(token, body, OTHER))).toBe(401);
    expect(await ask(forged, signed(forged, body, OTHER))).toBe(401);
    expect(await ask(foreign, signed(foreign, body))).toBe(401);
    expect(await ask(unsigned, signed(unsigned, body))).toBe(401);
    expect(await ask(token, signed(other.token, body))).toBe(401);
    expect(await ask(token, signed(token, body), body.replace("AH", "OH"))).toBe(401);
    expect(await ask(token, { ...signed(token, body), "webhook-signature": "v1,AAAA v1," })).toBe(401);
    expect(await ask(token, { ...signed(token, body), "webhook-timestamp": "soon" })).toBe(401);
    expect(await ask(token, { "content-type": "application/json", "webhook-signature": "" })).toBe(401);
    expect(await ask(token, { "content-type": "application/json" })).toBe(401);
    // A signature opens the way to its own item, and to nothing else.
    expect((await http.app.request(`/v1/work-items/${token}/code`, { headers: signed(token, "") })).status).toBe(401);
    expect((await http.app.request("/v1/nodes", { headers: signed(token, "") })).status).toBe(401);
    // Another run's token, well signed.
    expect(await later().answer({ token, run_id: other.run_id }, OK)).toMatchObject({ code: "REQUEST_REJECTED" });
    expect(await view(attempt.run_id)).toMatchObject({ status: "running" });
    // The node's clock does not matter: this signature is years old.
    expect(await ask(token, signed(token, body))).toBe(200);
    expect(JSON.stringify(await view(attempt.run_id))).not.toContain("whsec_");
  });

  it("has its time anew with each heartbeat, and is lost when none comes", async () => {
    const attempt = await begin();
    const begun = test.clock.now();
    for (let minute = 0; minute < 10; minute++) {
      test.clock.advance(50_000);
      await test.engine.fireAlarms();
      while (await test.engine.deliver());
      expect(await later().heartbeat(attempt, { fraction: minute / 10 }), `minute ${minute}`).toBe(true);
    }
    expect(test.clock.now() - begun).toBeGreaterThan(5 * 60_000);
    expect(posted).toHaveLength(1);
    test.clock.advance(61_000);
    await test.engine.fireAlarms();
    while (await test.engine.deliver());
    expect(await later().heartbeat(attempt), "it was silent for longer than its time").toBe(false);
    expect(posted.length, "it is asked anew").toBe(2);
    expect(posted[1]?.token).not.toBe(attempt.token);
  });
});
