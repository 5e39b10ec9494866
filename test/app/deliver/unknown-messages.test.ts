import { describe, expect, it } from "vitest";
import { ANY_DEAD_LETTER } from "../../../src/core/dead-letters/query.ts";
import type { ExecuteMessage } from "../../../src/core/messages/ring-messages.ts";
import { consumeQueue } from "../../../src/app/deliver/consume-queue.ts";
import { MemoryQueue } from "../../../src/infra/memory/queues/queue.ts";
import { testEngine, type TestEngine } from "../../support/engines.ts";
import { failFirst, failing } from "../../support/failing.ts";
import { sampleSummary } from "../../support/contracts/run-index.ts";
import { CALL } from "../../support/call.ts";
import { page, withLostWork } from "./support/lost-work.ts";

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
