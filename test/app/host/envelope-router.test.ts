import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { Envelope } from "../../../contracts/documents/envelope.ts";
import { EnvelopeRouter } from "../../../src/app/host/envelope-router.ts";
import { Guard } from "../../../src/app/host/guard.ts";
import { NodeInstance } from "../../../src/app/host/node-instance.ts";
import { acceptEnvelope, respond } from "../../../src/core/envelope/envelope.ts";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import { operationNode } from "../../../src/core/operation/operation-node.ts";
import { envelopeHandler, type EnvelopeHandlerBody } from "../../../src/infra/handlers/envelope-lifecycle.ts";
import { localHandler } from "../../../src/infra/handlers/local-handler.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { seededIds } from "../../../src/infra/memory/ids.ts";
import type { CallSurroundings, EnvelopeHandler } from "../../../src/spi/envelope-handler.ts";
import { bindingOf } from "../../support/bindings.ts";
import { ManualTimer } from "../../support/manual-timer.ts";

const CORRELATION = "11111111-2222-4333-8444-555555555555";
const REQUEST = "aaaaaaaa-2222-4333-8444-555555555555";
const CALLED: CallSurroundings = { tenant: "default", signal: new AbortController().signal };

const http = (execute: EnvelopeHandlerBody["execute"], changes: Partial<EnvelopeHandlerBody> = {}): EnvelopeHandler =>
  envelopeHandler({
    type: "http",
    version: "1.0.0",
    responseShape: {},
    targetOf: () => "far",
    initialize: async () => undefined,
    execute,
    ...changes,
  });

function routerOf(timer = new ManualTimer()): EnvelopeRouter {
  const clock = fixedClock(0);
  const breakers = {
    admit: async (key: never, settings: never) => ({ key, settings, trial: false }),
    report: () => undefined,
  };
  return new EnvelopeRouter({ clock, ids: seededIds(7), guard: new Guard({ clock, timer, breakers }) });
}

async function readyRouter(handler: EnvelopeHandler, timer?: ManualTimer): Promise<EnvelopeRouter> {
  await handler.initialize({});
  return routerOf(timer).registerHandler(bindingOf(handler)).freeze();
}

function envelope(changes: JsonObject = {}): Envelope {
  const wire = { source_node: "test", operation: "http.get", payload: {}, correlation_id: CORRELATION, ...changes };
  const read = acceptEnvelope(wire, { correlationId: CORRELATION, envelopeId: REQUEST, now: 0 });
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

const codeOf = (thrown: unknown): unknown => (thrown instanceof RuntimeHostError ? thrown.code : thrown);
const rejection = (asked: Promise<unknown>): Promise<unknown> => asked.then(() => "nothing", codeOf);
const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
    return "nothing";
  } catch (thrown) {
    return codeOf(thrown);
  }
};

describe("registering", () => {
  it("takes each handler type and each node once", () => {
    const router = routerOf().registerHandler(bindingOf(localHandler()));
    const node = new NodeInstance(operationNode("local.echo"), router);
    router.registerNode(node);
    expect(thrownBy(() => router.registerHandler(bindingOf(localHandler())))).toBe("DUPLICATE_REGISTRATION");
    expect(thrownBy(() => router.registerNode(node))).toBe("DUPLICATE_REGISTRATION");
    expect(router.types).toEqual(["local"]);
  });

  it("is over after the freeze, which may be repeated", () => {
    const router = routerOf().registerHandler(bindingOf(localHandler()));
    expect(router.freeze().freeze()).toBe(router);
    expect(thrownBy(() => router.registerHandler(bindingOf(http(async () => ({})))))).toBe("INVALID_STATE");
    expect(thrownBy(() => router.registerNode(new NodeInstance(operationNode("local.echo"), router)))).toBe(
      "INVALID_STATE",
    );
  });

  it("comes before routing", async () => {
    const router = routerOf().registerHandler(bindingOf(localHandler()));
    expect(thrownBy(() => router.route(envelope()))).toBe("INVALID_STATE");
    expect(thrownBy(() => router.node("local.echo"))).toBe("INVALID_STATE");
    expect(await rejection(router.execute(envelope(), CALLED))).toBe("INVALID_STATE");
  });
});

describe("routing", () => {
  it.each([
    ["http.get", null, "nothing"],
    ["http.get", "http", "nothing"],
    ["http.get", "local", "HANDLER_NOT_FOUND"],
    ["local.echo", null, "HANDLER_NOT_FOUND"],
    ["local.echo", "http", "INVALID_OPERATION"],
    ["http.trace", null, "INVALID_OPERATION"],
    ["nonsense", null, "HANDLER_NOT_FOUND"],
  ])("%s as %s: %s", async (operation, handlerType, code) => {
    const router = await readyRouter(http(async () => ({})));
    expect(await rejection(router.execute(envelope({ operation, handler_type: handlerType }), CALLED))).toBe(code);
  });

  it("names the handlers there are", async () => {
    const router = await readyRouter(http(async () => ({})));
    const thrown: unknown = await router
      .execute(envelope({ operation: "db.query" }), CALLED)
      .catch((caught: unknown) => caught);
    expect(thrown).toMatchObject({ fault: { details: { handler_type: "db", available_handlers: ["http"] } } });
  });

  it("goes through a node only when the envelope is for it", async () => {
    const router = routerOf();
    const handler = http(async () => ({ a: 1 }));
    await handler.initialize({});
    const node = new NodeInstance(operationNode("http.get"), router);
    router.registerHandler(bindingOf(handler)).registerNode(node).freeze();
    expect(router.node("http.get")).toBe(node);
    expect(thrownBy(() => router.node("other"))).toBe("NODE_NOT_FOUND");
    const own = { ...envelope(), targetNode: "http.get" };
    expect((await node.handle(own, CALLED)).response.payload).toEqual({ a: 1 });
    expect(await rejection(node.handle({ ...own, targetNode: "other" }, CALLED))).toBe("NODE_NOT_FOUND");
  });
});

describe("what a handler does wrong", () => {
  it.each([
    [
      "a refusal",
      async () => Promise.reject(new RuntimeHostError(fault("REQUEST_REJECTED", "no"))),
      "REQUEST_REJECTED",
    ],
    ["a raw exception", async () => Promise.reject(new TypeError("secret inside")), "RUNTIME_ERROR"],
    ["null", async () => null as never, "HANDLER_EXECUTION_ERROR"],
    ["a text", async () => "x" as never, "HANDLER_EXECUTION_ERROR"],
    ["a list", async () => [] as never, "HANDLER_EXECUTION_ERROR"],
  ])("%s becomes an error envelope", async (_, execute, code) => {
    const router = await readyRouter(http(execute));
    const { response, fault: told } = await router.execute(envelope(), CALLED);
    expect(told?.code).toBe(code);
    expect(response).toMatchObject({
      success: false,
      isResponse: true,
      payload: {},
      error: { code, handlerType: "http", operation: "http.get" },
    });
    expect(JSON.stringify(response)).not.toMatch(/secret inside|TypeError|\.ts:/);
  });

  it("is answered with the handler's own wait where it has one, and never over a named one", async () => {
    const failing = (problem: ReturnType<typeof fault>) =>
      http(async () => Promise.reject(new RuntimeHostError(problem)), { retryAfter: { CONNECTION_ERROR: 2 } });
    const told = async (problem: ReturnType<typeof fault>) =>
      (await (await readyRouter(failing(problem))).execute(envelope(), CALLED)).fault?.retryAfterSeconds;
    expect(await told(fault("CONNECTION_ERROR", "x"))).toBe(2);
    expect(await told(fault("CONNECTION_ERROR", "x", { retryAfterSeconds: 7 }))).toBe(7);
    expect(await told(fault("RATE_LIMIT_ERROR", "x"))).toBeUndefined();
  });

  it("takes too long", async () => {
    const timer = new ManualTimer();
    let aborted = false;
    const router = await readyRouter(
      http((_, { signal }) => {
        signal.addEventListener("abort", () => (aborted = true));
        return new Promise(() => undefined);
      }),
      timer,
    );
    const routed = router.execute(envelope(), CALLED);
    await timer.advance(30_000);
    expect((await routed).fault).toMatchObject({ code: "TIMEOUT_ERROR" });
    expect(aborted).toBe(true);
  });

  it("is called off: the router passes that on instead of answering", async () => {
    const abort = new AbortController();
    const router = await readyRouter(
      http(
        (_, { signal }) =>
          new Promise((__, reject) => signal.addEventListener("abort", () => reject(new Error("off")))),
      ),
    );
    const routed = router.execute(envelope(), { ...CALLED, signal: abort.signal });
    abort.abort();
    await expect(routed).rejects.toThrow("off");
  });
});

/** Who may do what with a correlation id: the seed's table, a line each. */
describe("correlation", () => {
  const seen: Envelope[] = [];
  const keeper = () =>
    http(async (one) => {
      seen.push(one);
      return {};
    });

  it("a request's own id is kept exactly", () => {
    const own = "ABCDEF00-2222-4333-8444-555555555555";
    expect(envelope({ correlation_id: own }).correlationId).toBe(own);
  });

  it("a missing one is assigned by the host", () => {
    const read = acceptEnvelope(
      { source_node: "t", operation: "http.get", payload: {} },
      { correlationId: CORRELATION, envelopeId: REQUEST, now: 0 },
    );
    expect(read).toMatchObject({ ok: true, value: { correlationId: CORRELATION } });
  });

  it("a malformed one is refused and never replaced", () => {
    const read = acceptEnvelope(
      { source_node: "t", operation: "http.get", payload: {}, correlation_id: "mine" },
      { correlationId: CORRELATION, envelopeId: REQUEST, now: 0 },
    );
    expect(read).toMatchObject({ ok: false, error: { code: "ENVELOPE_VALIDATION_ERROR", place: "$.correlation_id" } });
  });

  it("a handler gets it, and cannot change it", async () => {
    const router = await readyRouter(keeper());
    await router.execute(envelope(), CALLED);
    const [got] = seen.splice(0);
    expect(got?.correlationId).toBe(CORRELATION);
    expect(() => Object.assign(got ?? {}, { correlationId: REQUEST })).toThrow(TypeError);
  });

  it("a response echoes it", async () => {
    const { response } = await (await readyRouter(keeper())).execute(envelope(), CALLED);
    expect(response).toMatchObject({ correlationId: CORRELATION, causationId: REQUEST });
    expect(response.envelopeId).not.toBe(REQUEST);
  });

  it("an error envelope echoes it", async () => {
    const router = await readyRouter(http(async () => Promise.reject(new Error("x"))));
    const { response } = await router.execute(envelope(), CALLED);
    expect(response).toMatchObject({ correlationId: CORRELATION, causationId: REQUEST, success: false });
  });
});

/** Everything within is frozen: whoever writes to it throws. */
function deepFrozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) deepFrozen(inner);
  return Object.freeze(value);
}

describe("an envelope", () => {
  it("is never changed, by whoever it comes past", async () => {
    const router = await readyRouter(http(async ({ payload }) => ({ payload })));
    const local = localHandler();
    await local.initialize({});
    const transform = routerOf().registerHandler(bindingOf(local)).freeze();
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 })), async (payload) => {
        const wire = deepFrozen({ source_node: "t", operation: "http.get", payload });
        const read = acceptEnvelope(wire, { correlationId: CORRELATION, envelopeId: REQUEST, now: 0 });
        if (!read.ok) throw new Error(read.error.message);
        const request = deepFrozen(read.value);
        const before = JSON.stringify(request);
        await router.execute(request, CALLED);
        for (const operation of ["local.echo", "local.transform", "local.error"])
          await transform.execute(deepFrozen({ ...request, operation }), CALLED);
        respond(request, { success: true, payload: request.payload, envelopeId: REQUEST, now: 0 });
        expect(JSON.stringify(request)).toBe(before);
      }),
    );
  });
});

describe("the router as a whole", () => {
  it("describes its handlers as the runtime host's taxonomy asks", () => {
    const router = routerOf()
      .registerHandler(bindingOf(localHandler()))
      .registerHandler(bindingOf(http(async () => ({}))));
    expect(router.describe()).toEqual([
      {
        handlerType: "local",
        supportedOperations: ["local.echo", "local.transform", "local.error"],
        requiredPayloadFields: [],
        responseShape: {},
        version: "1.0.0",
      },
      {
        handlerType: "http",
        supportedOperations: ["http.get", "http.post", "http.put", "http.patch", "http.delete"],
        requiredPayloadFields: ["url"],
        responseShape: {},
        version: "1.0.0",
      },
    ]);
  });

  it("shuts every handler down, though one fails", async () => {
    const ended: string[] = [];
    const broken = http(async () => ({}), { shutdown: async () => Promise.reject(new Error("stuck")) });
    const local = localHandler();
    const router = routerOf().registerHandler(bindingOf(local)).registerHandler(bindingOf(broken)).freeze();
    await router.shutdown();
    ended.push(local.state);
    expect(ended).toEqual(["SHUTDOWN"]);
  });
});
