import { describe, expect, it } from "vitest";
import { ANY_DEAD_LETTER } from "../../../src/core/dead-letters/query.ts";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import { QUEUES } from "../../../src/core/messages/queues.ts";
import { consumeQueue } from "../../../src/app/deliver/consume-queue.ts";
import { MESSAGES, type MessageTable } from "../../../src/app/deliver/message-table.ts";
import type { Delivery } from "../../../src/spi/event-bus.ts";
import { sampleSummary } from "../../support/contracts/run-index.ts";
import { sampleEvent, sampleWorkMessage } from "../../support/contracts/event-bus.ts";
import { testEngine, type TestEngine } from "../../support/engines.ts";
import { failFirst, failing } from "../../support/failing.ts";

const page = { limit: 100, after: null };
const ID = "r00_00000000000000000000000000";
const work = { ...sampleWorkMessage(), work: { ...sampleWorkMessage().work, runId: ID } };
const replan = { type: "replan", version: 1, runId: ID, tenant: "default", correlationId: "c", token: "t" };
const started = { type: "started", version: 1, runs: [sampleSummary()] };
const aside = { type: "quarantine", version: 1, ring: 0, runs: [ID] };
const sequel = { type: "sequel", version: 1, tenant: "default", runId: ID, correlationId: "c" };
const trigger = {
  type: "trigger",
  version: 1,
  tenant: "default",
  trigger: { topic: "node.exec.request.text", trigger_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b" },
};

/** Deliveries whose verdicts are written down as `<id> <verdict>`. */
function delivered(bodies: Readonly<Record<string, unknown>>, attempts = 1) {
  const verdicts: string[] = [];
  const deliveries = Object.entries(bodies).map(([id, body]): Delivery<unknown> => ({
    ...{ id, body, attempts },
    ack: () => verdicts.push(`${id} ack`),
    retry: () => verdicts.push(`${id} retry`),
  }));
  return { deliveries, verdicts };
}

/** The table with consumers that only write down whose messages they got. */
function spying(heard: string[], fails: (type: string) => boolean = () => false): MessageTable {
  const spy = (type: string) => ({
    consume: async (received: readonly { readonly id: string; readonly ack: () => void }[]) => {
      heard.push(`${type}: ${received.map(({ id }) => id).join(" ")}`);
      if (fails(type)) throw new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "down"));
      for (const one of received) one.ack();
    },
  });
  const { work: works, replan: replans, archive, started: news, sequel: sequels, trigger: triggers } = MESSAGES;
  const { quarantine: asides } = MESSAGES;
  return {
    work: { ...works, ...spy("work") },
    replan: { ...replans, ...spy("replan") },
    archive: { ...archive, ...spy("archive") },
    started: { ...news, ...spy("started") },
    quarantine: { ...asides, ...spy("quarantine") },
    sequel: { ...sequels, ...spy("sequel") },
    trigger: { ...triggers, ...spy("trigger") },
  };
}

const letters = async ({ engine }: TestEngine) =>
  (await engine.ports.deadLetters.search("default", ANY_DEAD_LETTER, page)).items;

describe("a batch", () => {
  it.each([
    ["onex-execute", { w1: work, r: replan, w2: work }, ["work: w1 w2", "replan: r"]],
    [
      "onex-production-events",
      { a: sampleEvent(), n: started, q: aside },
      ["archive: a", "started: n", "quarantine: q"],
    ],
    ["triggers", { s: sequel, t: trigger, bare: trigger.trigger }, ["sequel: s", "trigger: t bare"]],
  ])("of %s reaches the consumer of each type, together", async (queue, bodies, expected) => {
    const world = await testEngine([]);
    const heard: string[] = [];
    const { deliveries, verdicts } = delivered(bodies);
    await consumeQueue(queue, deliveries, world.engine.parts, spying(heard));
    expect(heard).toEqual(expected);
    expect(verdicts.toSorted()).toEqual(
      Object.keys(bodies)
        .map((id) => `${id} ack`)
        .toSorted(),
    );
  });

  it("loses no good message to a bad one: what nobody takes is a dead letter with a code", async () => {
    const world = await testEngine([]);
    const heard: string[] = [];
    const { deliveries, verdicts } = delivered({
      none: null,
      odd: { type: "greeting", version: 1 },
      newer: { ...started, version: 99 },
      half: { ...started, version: 1.5 },
      broken: { ...started, runs: [{}] },
      lost: { ...sampleEvent(), type: "trigger", tenant: "default", trigger: trigger.trigger },
      good: started,
      old: { type: "started", runs: [] },
    });
    await consumeQueue("onex-events", deliveries, world.engine.parts, spying(heard));
    expect(heard).toEqual(["started: good old"]);
    expect(verdicts.filter((verdict) => !verdict.endsWith(" ack"))).toEqual([]);
    const found = (await letters(world)).map(({ id, errorType, cause }) => [id, errorType, cause?.code ?? null]);
    expect(found.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))).toEqual([
      ["broken", "publisher_malformed", "MESSAGE_INVALID"],
      ["half", "valid_unrouted", "RECORD_UNREADABLE"],
      ["lost", "valid_unrouted", null],
      ["newer", "valid_unrouted", "RECORD_NEWER"],
      ["none", "publisher_malformed", "MESSAGE_INVALID"],
      ["odd", "no_dispatcher", "MESSAGE_UNKNOWN"],
    ]);
  });

  it("of a queue nobody knows is kept as dead letters", async () => {
    const world = await testEngine([]);
    const heard: string[] = [];
    const { deliveries, verdicts } = delivered({ n: started });
    await consumeQueue("onex-results", deliveries, world.engine.parts, spying(heard));
    expect([heard, verdicts]).toEqual([[], ["n ack"]]);
    expect(await letters(world)).toMatchObject([{ errorType: "valid_unrouted", queue: "onex-results" }]);
  });

  it("whose consumer fails for one type keeps the others", async () => {
    const world = await testEngine([]);
    const { deliveries, verdicts } = delivered({ a: sampleEvent(), n: started });
    await consumeQueue(
      "events",
      deliveries,
      world.engine.parts,
      spying([], (type) => type === "archive"),
    );
    // What its ring sends again is done with here.
    expect(verdicts.toSorted()).toEqual(["a ack", "n ack"]);
    expect(await letters(world)).toEqual([]);
  });

  it.each([
    ["that fails for the last time", "onex-production-events", QUEUES.events.maxRetries + 1],
    ["that its queue gave up", "onex-production-events-dlq", 1],
  ])("that its ring sends again is no dead letter: one %s", async (_, queue, attempts) => {
    const world = await testEngine([]);
    const { deliveries, verdicts } = delivered({ a: sampleEvent() }, attempts);
    await consumeQueue(
      queue,
      deliveries,
      world.engine.parts,
      spying([], () => true),
    );
    expect(verdicts).toEqual(["a ack"]);
    expect(await letters(world)).toEqual([]);
  });

  it("that fails for the last time is buried with its cause", async () => {
    const world = await testEngine([]);
    const { deliveries, verdicts } = delivered({ n: started }, QUEUES.events.maxRetries + 1);
    await consumeQueue(
      "events",
      deliveries,
      world.engine.parts,
      spying([], () => true),
    );
    expect(verdicts).toEqual(["n ack"]);
    expect(await letters(world)).toMatchObject([
      { id: "n", errorType: "consumer_error", cause: { code: "SERVICE_UNAVAILABLE" }, retryCount: 5 },
    ]);
  });

  it("that cannot even be buried is delivered again, and never thrown", async () => {
    const world = await testEngine([]);
    const { deliveries, verdicts } = delivered({ n: { odd: true }, g: started });
    const deadLetters = failing(world.engine.ports.deadLetters, failFirst("record", 9));
    await consumeQueue("events", deliveries, { ...world.engine.parts, deadLetters }, spying([]));
    expect(verdicts.toSorted()).toEqual(["g ack", "n retry"]);
  });
});

describe("whoever waits for a message that is dead", () => {
  it("is told: a ring of its work and its question, a sender of its message", async () => {
    const world = await testEngine([]);
    const told: string[] = [];
    const parts = {
      ...world.engine.parts,
      coordinator: {
        ...world.engine.parts.coordinator,
        undeliverable: async (items: readonly { readonly fault: { readonly code: string } }[]) =>
          void told.push(`work ${items[0]?.fault.code ?? ""}`),
        replanned: async ({ result }: { readonly result: { readonly ok: boolean } }) =>
          void told.push(`question ${String(result.ok)}`),
      },
    };
    const { deliveries, verdicts } = delivered({ w: work, r: replan, t: trigger });
    await consumeQueue("onex-execute-dlq", deliveries, parts);
    expect(verdicts).toEqual(["w ack", "r ack", "t ack"]);
    expect(told).toEqual(["work UNDELIVERABLE", "question false"]);
    const [answer] = world.engine.ports.triggerBus.results.pull(10);
    expect(answer?.body).toMatchObject({ status: "refused", error: { code: "UNDELIVERABLE" } });
  });

  it("and cannot be told now is told with the next delivery; the letter is written once", async () => {
    const world = await testEngine([]);
    const coordinator = failing(world.engine.parts.coordinator, failFirst("undeliverable", 1));
    const { deliveries, verdicts } = delivered({ w: work });
    await consumeQueue("execute-dlq", deliveries, { ...world.engine.parts, coordinator });
    await consumeQueue("execute-dlq", deliveries, { ...world.engine.parts, coordinator });
    expect(verdicts).toEqual(["w retry", "w ack"]);
    expect(await letters(world)).toHaveLength(1);
  });
});
