import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { JsonObject } from "../../contracts/json/json.ts";
import { defineNode } from "../../src/authoring/index.ts";
import { bootWorker, type LocalWorker } from "../support/local-worker/boot.ts";

const SECRET = `whsec_${Buffer.from("a secret of twenty-four b").toString("base64")}`;
const ENTRY = "test/support/workers/bound-worker.ts";

let worker: LocalWorker;
beforeAll(async () => {
  worker = await bootWorker({
    vars: { SECRET_NODES: SECRET, SECRET_OTHERS: SECRET, SECRET_OTHERS_HOSTS: "nodes.example.com" },
    bound: {
      NODES: { entry: ENTRY, entrypoint: "Nodes" },
      SERVED: { entry: ENTRY, vars: { NODES_SECRET: SECRET } },
    },
  });
});
afterAll(() => worker.stop());

async function asked(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<JsonObject> {
  const response = await fetch(worker.url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${worker.token}`, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as JsonObject;
}

interface Bound {
  readonly target: string;
  readonly secretRef?: string;
  readonly timeoutMs?: number;
}

/** Registers a node with this target. What it does is up to the Worker it points at. */
async function register(name: string, { target, secretRef, timeoutMs = 10_000 }: Bound): Promise<void> {
  const node = defineNode({
    name,
    version: "1.0.0",
    kind: "effect",
    execution: { timeout_ms: timeoutMs, retry: { max_retries: 0 } },
    input: z.object({ "bound.text": z.string() }),
    output: z.object({ "bound.loud": z.string() }),
    run: () => Promise.reject(new Error("it is elsewhere")),
  });
  const placing = { kind: "service", target, ...(secretRef === undefined ? {} : { secretRef }) } as const;
  const answer = await asked("/v1/nodes", node.artifacts(placing));
  expect(answer["created"]).toBe(true);
}

const sent = (node: string, wait = 20): Promise<JsonObject> =>
  asked(
    "/v1/envelopes",
    { source_node: "test", operation: "node.execute", payload: { node, input: { "bound.text": "hear" } } },
    { prefer: `wait=${wait}` },
  );

describe("a Worker that is bound as a service", () => {
  it.each([
    ["by a call of a method", "bound_shout", { target: "NODES#run" }],
    ["by a signed request", "bound_posted", { target: "SERVED#fetch", secretRef: "NODES" }],
  ])("is reached %s", async (_, name, bound) => {
    await register(name, bound);
    expect(await sent(name)).toMatchObject({
      payload: { status: "succeeded", outputs: { "bound.loud": "HEAR" } },
    });
  });

  it.each([
    ["what the node refuses", "bound_refuses", { target: "NODES#run" }, "REQUEST_REJECTED", /not on a Sunday/],
    ["a node it does not have", "bound_strange", { target: "NODES#run" }, "REQUEST_REJECTED", /is not served here/],
    ["a method that throws", "bound_throws", { target: "NODES#throws" }, "HANDLER_EXECUTION_ERROR", /threw RangeError/],
    ["a method it does not have", "bound_no_method", { target: "NODES#absent" }, "NODE_NOT_FOUND", /no method absent/],
    ["an answer that is none", "bound_nothing", { target: "NODES#nothing" }, "HANDLER_EXECUTION_ERROR", /no answer/],
    ["a date", "bound_date", { target: "NODES#notJson" }, "OUTPUT_STATE_INVALID", /bound\.loud/],
    ["a function", "bound_function", { target: "NODES#functions" }, "OUTPUT_STATE_INVALID", /bound\.loud/],
    ["a circle", "bound_circle", { target: "NODES#circle" }, "OUTPUT_STATE_INVALID", /bound\.loud/],
    ["forty mebibytes", "bound_huge", { target: "NODES#huge" }, "HANDLER_EXECUTION_ERROR", /run|huge/],
    ["silence", "bound_never", { target: "NODES#never", timeoutMs: 500 }, "TIMEOUT_ERROR", /500 ms/],
    [
      "a secret it may not see",
      "bound_others",
      { target: "SERVED#fetch", secretRef: "OTHERS" },
      "SECRET_RESOLUTION_ERROR",
      /not for/,
    ],
    [
      "a secret that is not bound",
      "bound_nobody",
      { target: "SERVED#fetch", secretRef: "NOBODY" },
      "SECRET_RESOLUTION_ERROR",
      /NOBODY/,
    ],
  ])("fails with a code: %s", async (_, name, bound, code, message) => {
    await register(name, bound);
    const { payload } = await sent(name);
    expect(payload).toMatchObject({ status: "failed", error: { code } });
    const told = JSON.stringify(payload);
    expect(told).toMatch(message);
    expect(told).not.toContain("hunter2");
  });

  it("is no part of a plan where it is not bound, and the refusal says so", async () => {
    await register("bound_elsewhere", { target: "ABSENT#run" });
    const refused = await sent("bound_elsewhere");
    expect(JSON.stringify(refused)).toContain('no Worker is bound here as \\"ABSENT\\"');
  });

  it("may answer later, under the work item's token", async () => {
    await register("bound_later", { target: "NODES#later" });
    const { payload } = await sent("bound_later", 0);
    const runId = String((payload as JsonObject)["run_id"]);
    const call = await parkedCall();
    expect(call["run_id"]).toBe(runId);
    const outcome = { ok: true, output: { "bound.loud": "AT LAST" } };
    const item = `/v1/work-items/${encodeURIComponent(String(call["token"]))}`;
    expect(await asked(item, { run_id: runId, outcome })).toEqual({ accepted: true });
    expect(await asked(item, { run_id: runId, outcome })).toMatchObject({ code: "WORK_ITEM_OVER" });
    expect(await untilEnded(runId)).toMatchObject({ status: "succeeded", outputs: { "bound.loud": "AT LAST" } });
  });

  it("is given up when its run is cancelled", async () => {
    await register("bound_endless", { target: "NODES#never", timeoutMs: 60_000 });
    const { payload } = await sent("bound_endless", 0);
    const runId = String((payload as JsonObject)["run_id"]);
    await asked(`/v1/runs/${runId}/cancel`, {});
    expect(await untilEnded(runId)).toMatchObject({ status: "cancelled" });
  });
});

/** The call that the other Worker has put aside, once it has one. */
async function parkedCall(): Promise<JsonObject> {
  const nodes = (await worker.mf.getWorker("nodes")) as unknown as { fetch(url: string): Promise<Response> };
  for (;;) {
    const call = (await (await nodes.fetch("http://nodes/")).json()) as JsonObject | null;
    if (call !== null) return call;
  }
}

async function untilEnded(runId: string): Promise<JsonObject> {
  for (;;) {
    const run = await asked(`/v1/runs/${runId}`, undefined, { prefer: "wait=5" });
    if (["succeeded", "failed", "cancelled"].includes(String(run["status"]))) return run;
  }
}
