import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { TriggerResult } from "../../../contracts/messages/trigger-result.ts";
import { ANY_DEAD_LETTER } from "../../../src/core/dead-letters/query.ts";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import { ANY_RUN } from "../../../src/core/search/run-query.ts";
import { triggerMessage } from "../../../src/core/trigger/message.ts";
import type { MemoryPorts } from "../../../src/embedded/memory-engine.ts";
import { effectNode, pureNode, testEngine, type TestNode } from "../../support/engines.ts";
import { triggerGroups } from "../../../src/core/trigger/groups.ts";
import { failFirst, failing } from "../../support/failing.ts";
import { sampleArtifacts, sampleNode } from "../../support/sample-node.ts";
import { valueOf } from "../../support/steered-run.ts";
import { CALL, callFor } from "../../support/call.ts";
import { ALL_SERVED } from "../../support/served.ts";

const ID = "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b";
const OTHER_ID = "7f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b";
const inGroup = (group: string, changes: Partial<NodeDefinition> = {}): Partial<NodeDefinition> => ({
  group,
  ...changes,
});

const SHOUT = pureNode(
  "shout",
  "text.in",
  "text.loud",
  (text) => text.toUpperCase(),
  inGroup("texts", { tags: ["fast"] }),
);
const WHISPER = pureNode("whisper", "text.in", "text.soft", (text) => text.toLowerCase(), inGroup("texts"));
const LATER = { ...effectNode("later", "text.in", "text.late", (text) => text) };
const slow: TestNode = { ...LATER, definition: { ...LATER.definition, group: "slow" } };
const OUTSIDER = pureNode("outsider", "text.in", "text.outside", (text) => text);
const STARTER: TestNode = {
  definition: {
    name: "on_text",
    entrypoint: { type: "trigger", target: "watchers" },
    inputs: { "text.in": { schema: { type: "string" }, optional: false } },
    inputState: { type: "object", properties: { "text.in": { type: "string" } }, required: ["text.in"] },
    outputs: {},
    outputState: { type: "object" },
    tags: ["nightly"],
    config: { group: "watchers", tags: ["nightly"], starts: { want: ["text.outside"] } },
  },
  run: () => ({}),
};
const NODES = [SHOUT, WHISPER, slow, OUTSIDER, STARTER];

const byText = (a: string | null = "", b: string | null = ""): number => String(a).localeCompare(String(b));
const message = (changes: JsonObject = {}): JsonObject => ({
  topic: "node.exec.request.texts",
  trigger_id: ID,
  idempotent_key: "key-1",
  source: "agent",
  input: { "text.in": "Hey" },
  ...changes,
});

async function world(ports?: (ports: MemoryPorts) => MemoryPorts) {
  const made = await testEngine(NODES, ports);
  const { engine, settle } = made;
  const results: TriggerResult[] = [];
  return {
    ...made,
    results,
    /** Puts bodies on the queue as they are, and lets everything happen. */
    async receive(...bodies: readonly unknown[]) {
      engine.ports.triggerBus.triggers.send(bodies);
      await settle();
      await engine.ports.triggerBus.results.drain(async (batch) => {
        results.push(...batch.map(({ body }) => body));
      });
    },
    page: async (id = ID) => engine.services.triggers.get(CALL, id),
    letters: async () =>
      (await engine.ports.deadLetters.search("default", ANY_DEAD_LETTER, { limit: 100, after: null })).items,
    rows: async () => (await engine.parts.index.search("default", ANY_RUN, { limit: 100, after: null })).items,
  };
}

describe("a bus trigger", () => {
  it("that names a node executes it and answers in the same delivery", async () => {
    const { engine, results } = await world();
    const { triggerBus } = engine.ports;
    triggerBus.triggers.send([message({ node: "shout" })]);
    await engine.deliver();
    await triggerBus.results.drain(async (batch) => void results.push(...batch.map(({ body }) => body)));
    expect(results).toMatchObject([
      {
        topic: "node.exec.result.texts",
        trigger_id: ID,
        idempotent_key: "key-1",
        node: "shout@1.0.0",
        status: "success",
        execution_result: { outputs: { "text.loud": "HEY" } },
        error: null,
      },
    ]);
  });

  it("that states a goal is planned within its group", async () => {
    const { receive, results, letters } = await world();
    await receive(message({ want: ["text.soft"] }));
    expect(results).toMatchObject([
      { node: null, status: "success", execution_result: { outputs: { "text.soft": "hey" } } },
    ]);
    await receive(message({ want: ["text.outside"], trigger_id: OTHER_ID, idempotent_key: "key-2" }));
    expect(results[1]).toMatchObject({ status: "refused", trigger_id: OTHER_ID, run_id: null });
    expect(await letters()).toMatchObject([{ errorType: "valid_unrouted", messageType: "trigger" }]);
  });

  it("that names nobody is taken by every node of the group that may and can, in order", async () => {
    const { receive, results, page } = await world();
    await receive(message());
    expect(results.map(({ node }) => node).toSorted(byText)).toEqual(["shout@1.0.0", "whisper@1.0.0"]);
    expect(await page()).toMatchObject({
      status: "accepted",
      runs: [
        { node: "shout@1.0.0", status: "succeeded", result: { status: "success" } },
        { node: "whisper@1.0.0", status: "succeeded" },
      ],
    });
    await receive(message({ tags: ["fast"], trigger_id: OTHER_ID, idempotent_key: "key-2" }));
    expect(results.slice(2).map(({ node }) => node)).toEqual(["shout@1.0.0"]);
  });

  it("shows what became of its other runs when one cannot be read", async () => {
    let unread: string | null = null;
    const { receive, page } = await world((ports) => ({
      ...ports,
      coordinator: {
        ...ports.coordinator,
        read: (id) =>
          id === unread
            ? Promise.reject(new RuntimeHostError(fault("RECORD_UNREADABLE", "half of it is gone")))
            : ports.coordinator.read(id),
      },
    }));
    await receive(message());
    const { runs } = (await page()) ?? { runs: [] };
    expect(runs.map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
    unread = runs[0]?.run_id ?? null;
    expect(unread).not.toBeNull();
    expect(await page()).toMatchObject({
      runs: [
        { node: "shout@1.0.0", status: null, result: null, error: { code: "RECORD_UNREADABLE" } },
        { node: "whisper@1.0.0", status: "succeeded", error: null },
      ],
    });
  });

  it("answers when a queued run has ended, once", async () => {
    const { receive, results, page } = await world();
    await receive(message({ topic: "node.exec.request.slow" }));
    expect(results).toMatchObject([{ status: "success", execution_result: { outputs: { "text.late": "Hey" } } }]);
    expect(await page()).toMatchObject({ runs: [{ status: "succeeded" }] });
  });

  it("delivered twice, or sent again under another id, is one", async () => {
    const { receive, results, rows, page } = await world();
    await receive(message({ node: "shout" }), message({ node: "shout" }));
    await receive(message({ node: "shout", trigger_id: OTHER_ID }));
    expect(await rows()).toHaveLength(1);
    expect(results).toHaveLength(1);
    expect(await page(OTHER_ID)).toMatchObject({
      status: "duplicate",
      duplicate_of: ID,
      runs: [{ status: "succeeded" }],
    });
  });

  it("with a key that was used for something else is refused", async () => {
    const { receive, results, rows, letters } = await world();
    await receive(message({ node: "shout" }));
    await receive(message({ node: "whisper", trigger_id: OTHER_ID }));
    expect(await rows()).toHaveLength(1);
    expect(results[1]).toMatchObject({ status: "refused", error: { code: "IDEMPOTENCY_CONFLICT" } });
    expect(await letters()).toMatchObject([
      { errorType: "publisher_malformed", cause: { code: "IDEMPOTENCY_CONFLICT" } },
    ]);
  });

  it.each([
    ["a newer major version", message({ schema_version: "2.0.0" }), "valid_unrouted"],
    ["no source", message({ source: null }), "publisher_malformed"],
    ["a node and a goal", message({ node: "shout", want: ["text.soft"] }), "publisher_malformed"],
    ["half a surrogate pair", message({ input: { "text.in": "a\ud800" } }), "publisher_malformed"],
    ["an integer too long", message({ input: { "text.in": 2 ** 60 } }), "publisher_malformed"],
    ["NUL in its key", message({ idempotent_key: "a\0b" }), "publisher_malformed"],
    ["a chain that is none", message({ on_success: [{ operation: "x" }] }), "publisher_malformed"],
    ["a group nobody is in", message({ topic: "node.exec.request.nobody" }), "no_dispatcher"],
    ["a node of another group", message({ node: "outsider" }), "valid_unrouted"],
    ["a node nobody knows", message({ node: "unknown" }), "valid_unrouted"],
    ["nobody who can do with what it brings", message({ input: {} }), "valid_unrouted"],
    ["tags nobody carries", message({ tags: ["slow"] }), "valid_unrouted"],
    ["more trust asked than anybody has", message({ min_trust: 0.9 }), "valid_unrouted"],
    ["input its node does not take", message({ node: "shout", input: { "text.in": 3 } }), "valid_unrouted"],
  ])("with %s is a dead letter, and its sender is told", async (_, body, errorType) => {
    const { receive, results, rows, letters } = await world();
    await receive(body);
    expect(await letters()).toMatchObject([{ errorType, messageType: "trigger", queue: "triggers" }]);
    expect(results).toMatchObject([
      { status: "refused", trigger_id: ID, run_id: null, error: { code: expect.any(String) } },
    ]);
    expect(await rows()).toEqual([]);
  });

  it.each([
    ["another topic", message({ topic: "node.exec.cancel.texts" }), "no_dispatcher"],
    ["a topic with a line break", message({ topic: "node.exec.request.texts\n" }), "publisher_malformed"],
    ["no object at all", "hello", "publisher_malformed"],
    ["a message of another queue", { type: "archive", version: 1, ring: 0, batch: 1 }, "valid_unrouted"],
  ])("that nobody can be told about is a dead letter alone: %s", async (_, body, errorType) => {
    const { receive, results, letters } = await world();
    await receive(body);
    expect(await letters()).toMatchObject([{ errorType }]);
    expect(results).toEqual([]);
  });

  it("that nobody took is taken after a redrive, once somebody can", async () => {
    const { receive, engine, letters, results, settle, page } = await world();
    await receive(message({ node: "newcomer" }));
    expect(await page()).toMatchObject({ status: "refused", error: { code: "TRIGGER_NOT_TAKEN" } });
    const newcomer = sampleNode({
      ...SHOUT.definition,
      name: "newcomer",
      entrypoint: { type: "builtin", target: "shout" },
    });
    valueOf(await engine.ports.registry.register("default", newcomer, sampleArtifacts("newcomer"), 1));
    const [letter] = await letters();
    expect(valueOf(await engine.services.deadLetters.redrive(CALL, letter?.id ?? ""))).toMatchObject({
      outcome: "redriven",
    });
    await settle();
    await receive();
    expect(results.at(-1)).toMatchObject({ node: "newcomer@1.0.0", status: "success" });
    expect(await page()).toMatchObject({ status: "accepted", error: null });
    expect(valueOf(await engine.services.deadLetters.redrive(CALL, letter?.id ?? ""))).toMatchObject({
      outcome: "ended",
    });
  });

  it("starts what a trigger node names, when the message is for it", async () => {
    const { receive, results, letters } = await world();
    const topic = "node.exec.request.watchers";
    await receive(message({ topic, tags: ["nightly"] }));
    expect(results).toMatchObject([
      { node: "on_text@1.0.0", status: "success", execution_result: { outputs: { "text.outside": "Hey" } } },
    ]);
    await receive(message({ topic, trigger_id: OTHER_ID, idempotent_key: "key-2" }));
    expect(await letters()).toHaveLength(1);
  });

  it("chains what it says", async () => {
    const { receive, rows } = await world();
    const link = {
      operation: "node.execute",
      payload: { node: "outsider", input: { "text.in": { $from: "result.text.loud" } } },
    };
    await receive(message({ node: "shout", on_success: [link] }));
    expect((await rows()).map(({ nodes }) => nodes[0]).toSorted(byText)).toEqual(["outsider@1.0.0", "shout@1.0.0"]);
  });

  it.each([
    ["triggers", "claim"],
    ["triggers", "settle"],
    ["sequels", "record"],
    ["triggerBus", "publishResults"],
    ["coordinator", "submit"],
  ] as const)("is answered and run once although %s.%s fails, before or after it was done", async (port, method) => {
    for (const when of ["before", "after"] as const) {
      const { receive, rows, results } = await world((ports) => ({
        ...ports,
        [port]: failing(ports[port] as object, failFirst(method as never, 2, when)),
      }));
      await receive(message({ node: "shout" }));
      expect(await rows()).toHaveLength(1);
      expect(new Set(results.map(({ result_id: id }) => id))).toEqual(new Set([`${ID}/0`]));
    }
  });

  it("that its consumer cannot process is buried with the cause, and its sender is told", async () => {
    const { receive, letters, results } = await world((ports) => ({
      ...ports,
      triggers: failing(ports.triggers, failFirst("claim", 1_000)),
    }));
    await receive(message({ node: "shout" }));
    expect(await letters()).toMatchObject([
      { errorType: "consumer_error", retryCount: 5, cause: { code: "SERVICE_UNAVAILABLE" } },
    ]);
    expect(results).toMatchObject([{ status: "refused", error: { code: "SERVICE_UNAVAILABLE" } }]);
  });

  it("is forgotten with what followed it, when runs are", async () => {
    const { receive, page, engine, clock } = await world();
    await receive(message({ node: "shout" }));
    const { runs } = (await page()) as unknown as { runs: { run_id: string }[] };
    expect(await engine.ports.sequels.of("default", runs[0]?.run_id ?? "")).toHaveLength(1);
    await engine.sweep({ retention: { days: 3 } });
    expect(await page()).not.toBeNull();
    clock.set(clock.now() + 5 * 86_400_000);
    expect((await engine.sweep({ retention: { days: 3 } })).done).toMatchObject({ expired_triggers: 2 });
    expect(await page()).toBeNull();
    expect(await engine.ports.sequels.of("default", runs[0]?.run_id ?? "")).toEqual([]);
  });

  it("belongs to the tenant that sent it over HTTP", async () => {
    const { receive, page } = await world();
    await receive(triggerMessage("other", message()));
    expect(await page()).toBeNull();
  });
});

describe("the trigger service", () => {
  it("puts messages on the queue and refuses those that can never be taken", async () => {
    const { engine, settle, page } = await world();
    const sent = await engine.services.triggers.send(callFor("default", OTHER_ID), message({ node: "shout" }));
    expect(sent).toEqual({ ok: true, value: { trigger_id: ID, group: "texts", correlation_id: OTHER_ID } });
    await settle();
    expect(await page()).toMatchObject({ correlation_id: OTHER_ID, runs: [{ status: "succeeded" }] });
    expect(await engine.services.triggers.send(callFor("default", OTHER_ID), message({ topic: "x" }))).toMatchObject({
      ok: false,
      error: { code: "TRIGGER_NOT_TAKEN" },
    });
  });

  it("lists the groups with who could and who would be triggered", async () => {
    const { engine } = await world();
    const draft = sampleNode({ name: "sketch", group: "texts", lifecycle: "draft" });
    valueOf(await engine.ports.registry.register("default", draft, sampleArtifacts("sketch"), 1));
    const groups = triggerGroups(await engine.ports.registry.snapshot("default"), ALL_SERVED);
    expect(groups.map(({ group }) => group)).toEqual(["slow", "texts", "watchers"]);
    expect(groups[1]).toMatchObject({
      topic: "node.exec.request.texts",
      triggerable: [{ node: "shout@1.0.0" }, { node: "sketch@1.0.0", lifecycle: "draft" }, { node: "whisper@1.0.0" }],
      active: ["shout@1.0.0", "whisper@1.0.0"],
    });
    expect(groups[2]).toMatchObject({ triggerable: [{ kind: "trigger", requires: ["text.in"] }] });
  });
});
