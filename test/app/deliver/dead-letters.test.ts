import { describe, expect, it } from "vitest";
import { ANY_DEAD_LETTER } from "../../../src/core/dead-letters/query.ts";
import type { ExecuteMessage } from "../../../src/core/messages/ring-messages.ts";
import { bury } from "../../../src/app/deliver/bury.ts";
import { consumeQueue } from "../../../src/app/deliver/consume-queue.ts";
import type { MemoryPorts } from "../../../src/embedded/memory-engine.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { MemoryQueue } from "../../../src/infra/memory/queues/queue.ts";
import { effectNode, pureNode, testEngine, type TestEngine } from "../../support/engines.ts";
import { failFirst, failing } from "../../support/failing.ts";
import { sampleSummary } from "../../support/contracts/run-index.ts";
import { CALL, callFor } from "../../support/call.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
const TWICE = effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`);
const CORRELATION = "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b";
const page = { limit: 100, after: null };

type Wrap = (ports: MemoryPorts) => MemoryPorts;

async function send(world: TestEngine): Promise<string> {
  const payload = { want: ["text.twice"], given: { "text.in": "hey" } };
  const sent = await world.send("goal.run", payload, { correlation_id: CORRELATION });
  if (!sent.ok) throw new Error(sent.error.message);
  return sent.value.runId;
}

/** A run whose work dies in its queue; unless `lost` is wrapped otherwise, its ring never hears of it. */
async function withLostWork(
  wrap: Wrap = (p) => ({ ...p, coordinator: failing(p.coordinator, failFirst("undeliverable", 99)) }),
) {
  const world = await testEngine([SHOUT, TWICE], wrap);
  const runId = await send(world);
  const { bus } = world.engine.ports;
  for (let n = 0; n < 4; n++) for (const delivery of bus.execute.pull(10)) delivery.retry();
  expect(bus.deadExecute.size).toBe(1);
  await world.engine.deliver();
  const [letter] = (await world.engine.ports.deadLetters.search("default", ANY_DEAD_LETTER, page)).items;
  return { world, runId, id: letter?.id ?? "", service: world.engine.services.deadLetters };
}

describe("a lost work item", () => {
  it("leaves an entry with its lineage, its message, and how its run stands now", async () => {
    const { runId, id, service } = await withLostWork();
    const entry = await service.get(CALL, id);
    expect(entry).toMatchObject({
      id,
      status: "open",
      original_topic: "execute",
      original_message: { key: runId, value: { href: `/v1/dead-letters/${id}/payload` }, offset: id, partition: null },
      message_type: "work",
      error_type: "consumer_error",
      failure_reason: "the queue gave up redelivering it",
      correlation_id: CORRELATION,
      retry_count: 3,
      lineage: { run_id: runId, epoch: 1, steps: [{ id: "twice", attempt: 1 }], redrives: 0, redriven_at: null },
      resolution: null,
      standing: { kind: "waiting" },
      run: { run_id: runId, status: "running", steps: [{ id: "twice", status: "leased", attempts: [{ epoch: 1 }] }] },
    });
    expect(await service.payload(CALL, id)).toMatchObject({ ok: true, value: { type: "work", work: { runId } } });
    expect((await service.search(CALL, { ...ANY_DEAD_LETTER, runId }, page)).items).toMatchObject([{ id }]);
  });

  it("is told to its ring, so the run goes on and the message is stale", async () => {
    const { world, runId, id, service } = await withLostWork((p) => p);
    expect(await service.get(CALL, id)).toMatchObject({ standing: { kind: "stale" }, run: { status: "running" } });
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { outcome: "stale", error: null } });
    expect(await service.get(CALL, id)).toMatchObject({
      status: "resolved",
      resolution: { reason: expect.stringContaining(runId) },
    });
    await world.settle();
    expect(await world.engine.services.runs.view(CALL, runId)).toMatchObject({ status: "succeeded" });
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { outcome: "ended" } });
    expect(world.engine.ports.bus.execute.size).toBe(0);
  });

  it("that its run waits for is sent again, ends the run, and is resolved by the sweep", async () => {
    const { world, runId, id, service } = await withLostWork();
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { id, outcome: "redriven" } });
    expect(world.engine.ports.bus.execute.size).toBe(1);
    await world.engine.deliver();
    expect(await world.engine.services.runs.view(CALL, runId)).toMatchObject({ status: "succeeded" });
    expect(await service.get(CALL, id)).toMatchObject({ status: "redriven", lineage: { redrives: 1 } });
    world.clock.advance(11 * 60_000);
    await world.engine.sweep({ retention: { days: 0 } });
    expect(await service.get(CALL, id)).toMatchObject({
      status: "resolved",
      resolution: { reason: expect.stringContaining("succeeded") },
    });
  });

  it("is not sent twice in a row", async () => {
    const { world, id, service } = await withLostWork();
    const outcomes = [await service.redrive(CALL, id), await service.redrive(CALL, id)];
    expect(outcomes.map((outcome) => outcome.ok && outcome.value["outcome"])).toEqual(["redriven", "pending"]);
    expect(world.engine.ports.bus.execute.size).toBe(1);
  });

  it("that dies again is the same entry, open again, with all its retries", async () => {
    const { world, id, service } = await withLostWork();
    await service.redrive(CALL, id);
    const { bus } = world.engine.ports;
    for (let n = 0; n < 4; n++) for (const delivery of bus.execute.pull(10)) delivery.retry();
    await world.engine.deliver();
    expect(await service.get(CALL, id)).toMatchObject({
      status: "open",
      retry_count: 6,
      lineage: { redrives: 1 },
    });
    expect((await service.search(CALL, ANY_DEAD_LETTER, page)).items).toHaveLength(1);
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { outcome: "redriven" } });
    expect(await service.get(CALL, id)).toMatchObject({ lineage: { redrives: 2 } });
  });

  it("whose lease has run out is not sent: the consumer would drop it", async () => {
    const { world, id, service } = await withLostWork();
    world.clock.advance(60_000);
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { outcome: "stale" } });
    expect(world.engine.ports.bus.execute.size).toBe(0);
  });

  it("stays open while the bus is down, with the bus's code", async () => {
    const { id, service } = await withLostWork((p) => ({
      ...p,
      coordinator: failing(p.coordinator, failFirst("undeliverable", 99)),
      bus: failing(
        p.bus,
        (method, call) => (method === "publishWork" && call === 2 ? "before" : null),
        "EVENT_BUS_ERROR",
      ),
    }));
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: false, error: { code: "EVENT_BUS_ERROR" } });
    expect(await service.get(CALL, id)).toMatchObject({ status: "open", lineage: { redrives: 0 } });
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { outcome: "redriven" } });
  });

  it("sent but not noted as sent may be sent again, and still runs once", async () => {
    const { world, runId, id, service } = await withLostWork((p) => ({
      ...p,
      coordinator: failing(p.coordinator, failFirst("undeliverable", 99)),
      deadLetters: failing(p.deadLetters, failFirst("redriven", 1)),
    }));
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: false, error: { code: "SERVICE_UNAVAILABLE" } });
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { outcome: "redriven" } });
    expect(world.engine.ports.bus.execute.size).toBe(2);
    await world.settle();
    const run = await world.engine.services.runs.view(CALL, runId);
    expect(run).toMatchObject({ status: "succeeded", outputs: { "text.twice": "HEY HEY" } });
    const snapshot = await world.engine.ports.registry.snapshot("default");
    expect(snapshot.trust.get("twice@1.0.0")).toMatchObject({ samples: 1 });
  });

  it("whose message is gone is refused", async () => {
    const { world, id, service } = await withLostWork();
    await world.engine.ports.blobs.delete(await world.engine.ports.blobs.list("dead-letters/"));
    expect(await service.payload(CALL, id)).toMatchObject({
      ok: false,
      error: { code: "VALUE_UNAVAILABLE", retryable: false },
    });
    expect(await service.redrive(CALL, id)).toMatchObject({
      ok: false,
      error: { code: "DEAD_LETTER_UNREADABLE" },
    });
    expect(await service.get(CALL, id)).toMatchObject({
      standing: { kind: "unreadable" },
      run: { status: "running" },
    });
  });

  it("is shown even when its ring does not answer", async () => {
    const { id, service } = await withLostWork((p) => ({
      ...p,
      coordinator: failing(p.coordinator, (method) =>
        method === "values" || method === "undeliverable" ? "before" : null,
      ),
    }));
    expect(await service.get(CALL, id)).toMatchObject({ id, standing: { kind: "unknown" }, run: null });
  });

  it("belongs to its tenant", async () => {
    const { id, service } = await withLostWork();
    expect(await service.get(callFor("other"), id)).toBeNull();
    expect(await service.redrive(callFor("other"), id)).toMatchObject({
      ok: false,
      error: { code: "DEAD_LETTER_NOT_FOUND" },
    });
  });
});

/** An engine whose first `times` archives fail, and when its rings have asked for one. */
async function withoutArchive(times: number) {
  const asked: { readonly at: number; readonly ring: number; readonly batch: number }[] = [];
  const world: TestEngine = await testEngine([SHOUT], (p) => ({
    ...p,
    parts: failing(p.parts, failFirst("store", times)),
    bus: {
      ...p.bus,
      publishEvents: (events) => {
        for (const event of events)
          if (event.type === "archive") asked.push({ at: world.clock.now(), ring: event.ring, batch: event.batch });
        return p.bus.publishEvents(events);
      },
    },
  }));
  const sent = await world.send("goal.run", { want: ["text.loud"], given: { "text.in": "hey" } });
  return { world, asked, runId: sent.ok ? sent.value.runId : "" };
}

describe("runs that could not be archived", () => {
  it("are asked for ever more rarely, one message at a time, until they are archived, and are nobody's dead letters", async () => {
    const { world, asked, runId } = await withoutArchive(12);
    await world.settle(20 * 60_000);
    expect(await world.engine.services.runs.view(CALL, runId)).toMatchObject({ status: "succeeded" });
    expect(await world.engine.parts.index.get("default", runId)).toBeNull();
    await world.settle(24 * 3_600_000);
    expect(await world.engine.parts.index.get("default", runId)).toMatchObject({ status: "succeeded" });
    expect(new Set(asked.map(({ batch }) => batch)).size).toBe(1);
    expect(asked).toHaveLength(13);
    const pauses = asked.slice(1).map(({ at }, n) => at - (asked[n]?.at ?? 0));
    expect(pauses[0]).toBe(30_000);
    // Each at least as long as all before it, until they are as long as they get.
    for (const [n, pause] of pauses.entries()) {
      const before = pauses.slice(0, n).reduce((sum, one) => sum + one, 0);
      expect(pause).toBeGreaterThanOrEqual(Math.min(before, 300_000));
      expect(pause).toBeLessThanOrEqual(600_000);
    }
    expect(new Set(pauses.slice(-4)).size).toBe(4);
    expect((await world.engine.services.deadLetters.search(CALL, ANY_DEAD_LETTER, page)).items).toEqual([]);
  });

  /** Earlier releases buried them. */
  async function buried({ engine, clock }: TestEngine, { ring = -1, batch = -1 } = {}): Promise<string> {
    const message = { type: "archive", version: 1, ring, batch } as const;
    const death = {
      errorType: "consumer_error",
      reason: "its consumer kept failing",
      cause: null,
      retries: 5,
    } as const;
    const remains = { id: "d", queue: "events", body: message, message };
    return bury(remains, death, { ...engine.ports, log: silentLog, clock });
  }

  it("and were buried by an earlier release can still be redriven, and are resolved once they are archived", async () => {
    const { world, asked } = await withoutArchive(1);
    await world.settle(5_000);
    const id = await buried(world, asked[0]);
    expect(id).toMatch(/^archive-0\d-\d+$/);
    const service = world.engine.services.deadLetters;
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { outcome: "redriven" } });
    await world.settle();
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { outcome: "ended" } });
  });

  it("and were buried by an earlier release are resolved by the sweep once they are archived", async () => {
    const { world, asked } = await withoutArchive(1);
    await world.settle(5_000);
    await buried(world, asked[0]);
    const open = { ...ANY_DEAD_LETTER, status: "open" } as const;
    await world.engine.sweep({ retention: { days: 0 } });
    expect((await world.engine.ports.deadLetters.search("default", open, page)).items).toHaveLength(1);
    await world.settle();
    await world.engine.sweep({ retention: { days: 0 } });
    expect((await world.engine.ports.deadLetters.search("default", open, page)).items).toEqual([]);
  });
});

describe("news that could not be told", () => {
  it("is sent again while its run is under way", async () => {
    const world = await testEngine([SHOUT, TWICE], (p) => ({ ...p, parts: failing(p.parts, failFirst("store", 6)) }));
    const runId = await send(world);
    const { bus } = world.engine.ports;
    const work = bus.execute.pull(10);
    world.clock.advance(1_000);
    await world.engine.fireAlarms();
    await world.engine.deliver();
    const service = world.engine.services.deadLetters;
    const [entry] = (await service.search(CALL, { ...ANY_DEAD_LETTER, messageType: "started" }, page)).items;
    expect(await service.redrive(CALL, String(entry?.["id"]))).toMatchObject({
      ok: true,
      value: { outcome: "redriven" },
    });
    await world.engine.deliver();
    expect(await world.engine.parts.index.get("default", runId)).toMatchObject({ status: "running" });
    expect(await service.redrive(CALL, String(entry?.["id"]))).toMatchObject({
      ok: true,
      value: { outcome: "ended" },
    });
    for (const delivery of work) delivery.ack();
  });
});

describe("messages nobody understands", () => {
  const bodies: [unknown, string, string | null][] = [
    ["not json at all", "publisher_malformed", null],
    [{ hello: "world" }, "publisher_malformed", null],
    [{ type: "greeting", version: 1 }, "no_dispatcher", "greeting"],
    [{ type: "archive", version: 99, ring: 0, batch: 1 }, "valid_unrouted", "archive"],
    [{ type: "started", version: 1, runs: ["x"] }, "publisher_malformed", "started"],
    [null, "publisher_malformed", null],
  ];
  it.each(bodies)("%j is buried at once as %s", async (body, errorType, messageType) => {
    const world = await testEngine([]);
    world.engine.ports.bus.events.send([body as never]);
    await world.engine.deliver();
    const service = world.engine.services.deadLetters;
    const [entry] = (await service.search(CALL, ANY_DEAD_LETTER, page)).items;
    expect(entry).toMatchObject({
      error_type: errorType,
      message_type: messageType,
      retry_count: 0,
      original_topic: "events",
    });
    const id = String(entry?.["id"]);
    expect(await service.payload(CALL, id)).toEqual({ ok: true, value: body });
    expect(await service.redrive(CALL, id)).toMatchObject({
      ok: false,
      error: { code: "DEAD_LETTER_UNREADABLE" },
    });
    expect(await service.get(CALL, id)).toMatchObject({ status: "open", standing: { kind: "unreadable" } });
    expect(world.engine.ports.bus.deadEvents.size).toBe(0);
  });

  it("a good message on the wrong queue is told apart, and a redrive sends it to the right one", async () => {
    const { world, runId } = await withLostWork();
    const { bus, coordinator } = world.engine.ports;
    const work = JSON.parse(JSON.stringify(await messageOf(world))) as ExecuteMessage;
    expect(await coordinator.read(runId)).not.toBeNull();
    bus.events.send([work as never]);
    await world.engine.deliver();
    const service = world.engine.services.deadLetters;
    const unrouted = { ...ANY_DEAD_LETTER, errorType: "valid_unrouted" } as const;
    const [entry] = (await service.search(CALL, unrouted, page)).items;
    expect(entry).toMatchObject({ message_type: "work", original_topic: "events", lineage: { run_id: runId } });
    expect(await service.redrive(CALL, String(entry?.["id"]))).toMatchObject({
      ok: true,
      value: { outcome: "redriven" },
    });
    expect([bus.execute.size, bus.events.size]).toEqual([1, 0]);
  });

  it("one that JSON cannot carry is buried all the same, without its body", async () => {
    const world = await testEngine([]);
    const { ports } = world.engine;
    const body: Record<string, unknown> = { type: "greeting", count: 1n };
    body["itself"] = body;
    const came: string[] = [];
    const delivery = { id: "m1", body, attempts: 1, ack: () => came.push("ack"), retry: () => came.push("retry") };
    await consumeQueue("odd", [delivery], world.engine.parts);
    expect(came).toEqual(["ack"]);
    const [letter] = (await ports.deadLetters.search("default", ANY_DEAD_LETTER, page)).items;
    expect(letter).toMatchObject({ errorType: "no_dispatcher", messageType: "greeting" });
    expect(await ports.blobs.get(letter?.payloadKey ?? "")).toContain("unreadable");
  });

  it("what cannot be buried now is delivered again, until it is", async () => {
    const world = await testEngine([]);
    const queue = new MemoryQueue<unknown>("odd", { maxRetries: 9 });
    const { ports } = world.engine;
    const buried = {
      ...world.engine.parts,
      blobs: failing(ports.blobs, failFirst("put", 2)),
      deadLetters: failing(ports.deadLetters, failFirst("record", 2)),
    };
    queue.send([{ odd: true }]);
    await queue.drain((batch) => consumeQueue("odd", batch, buried));
    const [letter] = (await ports.deadLetters.search("default", ANY_DEAD_LETTER, page)).items;
    expect(letter).toMatchObject({ retryCount: 4, queue: "odd" });
    expect(await ports.blobs.list("dead-letters/")).toEqual([letter?.payloadKey]);
  });

  it("a dead-letter queue's own name is not the queue a message died on", async () => {
    const world = await testEngine([]);
    const queue = new MemoryQueue<unknown>("dlq");
    queue.send([{ type: "started", version: 1, runs: [sampleSummary()] }]);
    await queue.drain((batch) => world.engine.consume("onex-events-dlq", batch));
    const { items } = await world.engine.ports.deadLetters.search("default", ANY_DEAD_LETTER, page);
    expect(items).toMatchObject([{ queue: "onex-events", errorType: "consumer_error", retryCount: 5, cause: null }]);
  });
});

async function messageOf({ engine }: TestEngine): Promise<unknown> {
  const [key = ""] = await engine.ports.blobs.list("dead-letters/");
  return JSON.parse((await engine.ports.blobs.get(key)) ?? "null") as unknown;
}

describe("many at once", () => {
  it("each has an outcome of its own, and one that fails keeps no other back", async () => {
    const { world, id, service } = await withLostWork();
    world.engine.ports.bus.events.send([{ odd: true } as never]);
    await world.engine.deliver();
    const malformed = { ...ANY_DEAD_LETTER, errorType: "publisher_malformed" } as const;
    const [odd] = (await service.search(CALL, malformed, page)).items;
    const results = await service.redriveAll(CALL, ["absent", String(odd?.["id"]), id, id]);
    expect(results).toMatchObject([
      { id: "absent", outcome: "unknown", error: { code: "DEAD_LETTER_NOT_FOUND" } },
      { outcome: "refused", error: { code: "DEAD_LETTER_UNREADABLE" } },
      { id, outcome: "redriven", error: null },
      { id, outcome: "pending", error: null },
    ]);
  });

  it("a filter takes one page and says where the next begins; what was done is not found again", async () => {
    const world = await testEngine([]);
    const { index } = world.engine.ports;
    const { bus } = world.engine.ports;
    const queue = new MemoryQueue<unknown>("dlq");
    const runs = [1, 2, 3].map((n) => sampleSummary({ runId: `r00_0000000000000000000000000${n}` }));
    await index.put(runs.slice(0, 2));
    for (const run of runs) {
      queue.send([{ type: "started", version: 1, runs: [run] }]);
      await queue.drain((batch) => world.engine.consume("onex-events-dlq", batch));
      world.clock.advance(1_000);
    }
    const service = world.engine.services.deadLetters;
    const open = { ...ANY_DEAD_LETTER, status: "open" } as const;
    const first = await service.redriveMatching(CALL, open, { limit: 2, after: null });
    expect(first.items).toMatchObject([{ outcome: "ended" }, { outcome: "ended" }]);
    expect(first.next).not.toBeNull();
    const rest = await service.redriveMatching(CALL, open, { limit: 2, after: null });
    expect([rest.items.length, rest.next]).toEqual([1, null]);
    expect((await service.search(CALL, open, page)).items).toEqual([]);
    expect(bus.events.size).toBe(0);
  });
});
