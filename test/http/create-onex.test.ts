import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { JsonObject } from "../../contracts/json/json.ts";
import { defineNode, NodeFailure, type DefinedNode } from "../../src/authoring/index.ts";
import { envelopeHandler } from "../../src/infra/handlers/envelope-lifecycle.ts";
import { handler } from "../../src/infra/handlers/handler-lifecycle.ts";
import { createOnex, type Onex } from "../../workers/create-onex.ts";

const TOKEN = "a-token-of-the-tests-0123456789abcdef";
const BOUND = { ...env, ONEX_TOKEN: TOKEN };

const shout = defineNode({
  name: "own_shout",
  version: "1.0.0",
  input: z.object({ "own.text": z.string() }),
  output: z.object({ "own.loud": z.string() }),
  example: { input: { "own.text": "ah" }, output: { "own.loud": "AH" } },
  run: (input) => ({ "own.loud": input["own.text"].toUpperCase() }),
});
const count = defineNode({
  name: "own_count",
  version: "1.0.0",
  input: z.object({ "own.loud": z.string() }),
  output: z.object({ "own.length": z.number().int() }),
  run: (input) => ({ "own.length": input["own.loud"].length }),
});
const refuses = defineNode({
  name: "own_refuses",
  version: "1.0.0",
  execution: { retry: { max_retries: 0 } },
  input: z.object({ "own.text": z.string() }),
  output: z.object({ "own.never": z.string() }),
  run() {
    throw new NodeFailure("REQUEST_REJECTED", "not on a Sunday");
  },
});

async function asked(onex: Onex, path: string, body?: unknown, bound: object = BOUND): Promise<[number, JsonObject]> {
  const ctx = createExecutionContext();
  const response = await onex.fetch(
    new Request(`http://onex.test${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", prefer: "wait=5" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
    bound,
    ctx,
  );
  const answer = await response.json();
  await waitOnExecutionContext(ctx);
  return [response.status, answer as JsonObject];
}

const goal = (onex: Onex, want: string, given: JsonObject) =>
  asked(onex, "/v1/envelopes", { source_node: "test", operation: "goal.run", payload: { want: [want], given } });

/** Lines of the log, as they are written. */
function heard(level: "error" | "info"): readonly JsonObject[] {
  const lines: JsonObject[] = [];
  vi.spyOn(console, level === "error" ? "error" : "log").mockImplementation((line: unknown) => {
    lines.push(typeof line === "string" ? (JSON.parse(line) as JsonObject) : (line as JsonObject));
  });
  return lines;
}

const again = (changes: Partial<Parameters<typeof defineNode>[0]>): DefinedNode =>
  defineNode({ ...shout.declaration, ...changes } as never);

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a Worker of one's own", () => {
  it("plans and runs the nodes it is built with, whose hashes hold", async () => {
    const onex = createOnex({ nodes: [shout, count] });
    const [status, answer] = await goal(onex, "own.length", { "own.text": "hear me" });
    expect([status, answer]).toMatchObject([200, { payload: { status: "succeeded" } }]);
    expect(JSON.stringify(answer)).toContain('"own.length":7');
    const [, page] = await asked(onex, "/v1/nodes/own_shout");
    expect(JSON.stringify(page)).toContain('"entrypoint":{"type":"builtin","target":"own_shout@1.0.0"}');
    const [, detail] = await asked(onex, "/v1/nodes/own_shout/1.0.0");
    expect(JSON.stringify(detail)).toContain(shout.definition.hash);
  });

  it("tells what a node of its own refuses", async () => {
    const [, answer] = await goal(createOnex({ nodes: [refuses] }), "own.never", { "own.text": "now" });
    expect(JSON.stringify(answer)).toMatch(/REQUEST_REJECTED.*not on a Sunday/);
  });

  it("does not plan a version that this bundle does not have", async () => {
    await goal(createOnex({ nodes: [shout, count] }), "own.length", { "own.text": "a" });
    const [status, answer] = await goal(createOnex({ nodes: [shout] }), "own.length", { "own.text": "a" });
    expect(status).toBe(422);
    expect(JSON.stringify(answer)).toContain('the builtin handler here does not know \\"own_count@1.0.0\\"');
  });

  it("serves two versions of a node", async () => {
    const second = again({ version: "2.0.0", run: () => ({ "own.loud": "two" }), example: undefined } as never);
    const onex = createOnex({ nodes: [shout, second] });
    const [, answer] = await goal(onex, "own.loud", { "own.text": "a" });
    expect(JSON.stringify(answer)).toContain('"own.loud":"two"');
    expect(() => createOnex({ nodes: [shout, shout] })).toThrow("two nodes have one name and version");
  });

  it("logs a node that is refused, and goes on with the others", async () => {
    await goal(createOnex({ nodes: [shout] }), "own.loud", { "own.text": "a" });
    const errors = heard("error");
    const other = again({ description: "the same version, and other words" });
    const broken = again({ name: "own_liar", example: { input: { "own.text": "a" }, output: { "own.loud": "b" } } });
    const [, answer] = await goal(createOnex({ nodes: [other, broken, count] }), "own.length", { "own.loud": "LOUD" });
    expect(JSON.stringify(answer)).toContain('"own.length":4');
    expect(errors).toMatchObject([
      { message: "a node of this deployment is refused", node: "own_shout@1.0.0", hint: "raise its version" },
      { message: "a node of this deployment is refused", node: "own_liar@1.0.0" },
    ]);
  });

  it("registers them with the clock's turn too, for what comes by queues", async () => {
    const late = again({ name: "own_late", example: undefined } as never);
    const onex = createOnex({ nodes: [late] });
    await onex.scheduled(createScheduledController({ scheduledTime: new Date(0), cron: "*/5 * * * *" }), BOUND);
    const [status] = await asked(createOnex(), "/v1/nodes/own_late");
    expect(status).toBe(200);
  });

  it("does not start without its bindings, and names them in the log alone", async () => {
    const errors = heard("error");
    const { DB: _, RINGS: __, ...rest } = BOUND;
    const [status, answer] = await asked(createOnex(), "/v1/nodes", undefined, rest);
    expect([status, answer]).toMatchObject([500, { code: "INVALID_CONFIGURATION" }]);
    expect(JSON.stringify(answer)).not.toContain("RINGS");
    expect(errors).toMatchObject([{ error: "not bound here: DB, RINGS" }]);
  });

  it("calls its own handlers instead of the shipped ones", async () => {
    const answers = envelopeHandler({
      type: "local",
      version: "1.0.0",
      responseShape: {},
      targetOf: () => "nowhere",
      initialize: () => Promise.resolve(),
      execute: ({ payload }) => Promise.resolve({ said: `not ${String(payload["said"])}` }),
    });
    const loaded = handler({
      type: "wasm",
      version: "1.0.0",
      supportedOperations: ["node.execute"],
      execute: () => ({ result: { "own.loud": "from wasm" } }),
    });
    const onex = createOnex({ handlers: () => [answers, loaded] });
    const [, answer] = await asked(onex, "/v1/envelopes", {
      source_node: "test",
      operation: "local.echo",
      payload: { said: "an echo" },
    });
    expect(JSON.stringify(answer)).toContain("not an echo");
    const [status, refused] = await asked(createOnex({ handlers: () => [answers, answers] }), "/health");
    expect([status, refused]).toMatchObject([409, { code: "DUPLICATE_REGISTRATION" }]);
  });
});
