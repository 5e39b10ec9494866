import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventMessage, ExecuteMessage, ReplanMessage } from "../../../src/core/messages/ring-messages.ts";
import { packBatches, QUEUE_LIMITS } from "../../../src/infra/queues/batches.ts";
import { queuesEventBus, type QueueSender } from "../../../src/infra/queues/event-bus.ts";
import { eventBusContract, sampleEvent, sampleWorkMessage } from "../../support/contracts/event-bus.ts";

/** Pauses are over at once. */
const PATIENCE = {
  timer: {
    after: (ms: number, wake: () => void) => {
      if (ms < 1_000) queueMicrotask(wake);
      return () => undefined;
    },
  },
};

/** A Queues binding that keeps its limits and what it was sent. */
class RecordingQueue<T> implements QueueSender<T> {
  readonly batches: T[][] = [];

  async sendBatch(messages: Iterable<{ readonly body: T }>): Promise<void> {
    const texts = [...messages].map(({ body }) => JSON.stringify(body));
    const sizes = texts.map((text) => new TextEncoder().encode(text).byteLength);
    if (texts.length === 0 || texts.length > 100) throw new Error(`batch of ${texts.length}`);
    if (sizes.some((size) => size > 128_000) || sizes.reduce((a, b) => a + b) > 256_000) throw new Error("too large");
    this.batches.push(texts.map((text) => JSON.parse(text) as T));
  }
}

function open() {
  const work = new RecordingQueue<ExecuteMessage | ReplanMessage>();
  const events = new RecordingQueue<EventMessage>();
  return { work, events, bus: queuesEventBus(work, events, PATIENCE) };
}

describe("the event bus on Queues", () => {
  eventBusContract("Queues", async () => {
    const { bus, work, events } = open();
    return {
      bus,
      arrivedItems: async () =>
        work.batches
          .splice(0)
          .flat()
          .filter((message) => message.type === "work"),
      arrivedEvents: async () => events.batches.splice(0).flat(),
    };
  });

  it("is taken by the real queues", async () => {
    const bus = queuesEventBus(env.EXECUTE, env.EVENTS, PATIENCE);
    await expect(bus.publishEvents([sampleEvent(1)])).resolves.toBeUndefined();
  });

  it("splits by bytes, in order", async () => {
    const { bus, work } = open();
    const sent = ["a", "b", "c", "d", "e"].map((segment) => sampleWorkMessage(segment, "ü".repeat(40_000)));
    await bus.publishWork(sent);
    expect(work.batches.map((batch) => batch.length)).toEqual([3, 2]);
    expect(work.batches.flat()).toEqual(sent);
  });

  it("names a message that is too large and sends nothing", async () => {
    const { bus, work } = open();
    const call = bus.publishWork([sampleWorkMessage("a"), sampleWorkMessage("huge", "ü".repeat(64_000))]);
    await expect(call).rejects.toMatchObject({
      code: "EVENT_BUS_ERROR",
      message: expect.stringMatching(/the work item of run r00_1, segment huge takes 128\d{3} bytes/),
      fault: { retryable: false },
    });
    expect(work.batches).toEqual([]);
  });

  it("answers a broken queue with a retryable EVENT_BUS_ERROR, keeping the cause", async () => {
    const cause = new Error("queue is broken");
    const broken = { sendBatch: () => Promise.reject(cause) };
    const bus = queuesEventBus(broken, broken, PATIENCE);
    for (const call of [bus.publishWork([sampleWorkMessage()]), bus.publishEvents([sampleEvent()])]) {
      await expect(call).rejects.toMatchObject({ code: "EVENT_BUS_ERROR", cause });
    }
  });
});

describe("packing batches", () => {
  const { messages: maxMessages, batchBytes, messageBytes, overheadBytes } = QUEUE_LIMITS;

  it("keeps order and limits, and opens no batch too many", () => {
    const sizes = fc.array(fc.oneof(fc.nat({ max: 2_000 }), fc.nat({ max: messageBytes - overheadBytes })), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(sizes, (bytes) => {
        const packed = packBatches(bytes.map((size, index) => ({ body: index, bytes: size })));
        const batches = packed.ok ? packed.value : [];
        expect(batches.flat()).toEqual(bytes.map((_, index) => index));
        const total = (batch: readonly number[]) =>
          batch.reduce((sum, index) => sum + (bytes[index] ?? 0) + overheadBytes, 0);
        for (const [index, batch] of batches.entries()) {
          expect(batch.length > 0 && batch.length <= maxMessages && total(batch) <= batchBytes).toBe(true);
          const next = batches[index + 1]?.[0];
          if (next !== undefined)
            expect(batch.length === maxMessages || total([...batch, next]) > batchBytes).toBe(true);
        }
      }),
    );
  });

  it("returns the first message that fits nowhere", () => {
    const huge = { body: "b", bytes: messageBytes - overheadBytes + 1 };
    expect(packBatches([{ body: "a", bytes: 1 }, huge])).toEqual({ ok: false, error: huge });
    expect(packBatches([{ body: "a", bytes: messageBytes - overheadBytes }])).toEqual({ ok: true, value: [["a"]] });
  });
});
