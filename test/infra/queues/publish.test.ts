import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RuntimeHostError } from "../../../src/core/errors.ts";
import { QUEUE_LIMITS } from "../../../src/infra/queues/batches.ts";
import { publish, SEND_MS, SEND_PAUSE_MS, type Patience } from "../../../src/infra/queues/publish.ts";
import { ManualTimer } from "../../support/manual-timer.ts";

const PATIENCE: Patience = { timer: { after: () => () => undefined } };

/** As the platform counts: the JSON's bytes and what it adds to each message. */
const bytesOf = (body: string): number =>
  new TextEncoder().encode(JSON.stringify(body)).byteLength + QUEUE_LIMITS.overheadBytes;

/** Texts whose JSON has one, two, three, four and six bytes a character, up to just beyond a message's limit. */
const bodies = fc
  .tuple(
    fc.constantFrom("a", "é", "漢", "\u{1f600}", "\u0000", "\ud800"),
    fc.oneof(fc.nat(50), fc.constantFrom(10_000, 21_316, 31_974, 42_632, 63_949, 127_898, 127_899)),
  )
  .map(([unit, count]) => unit.repeat(count));

it("sends batches within the platform's limits by their bytes, all messages in order, or none and says which", async () => {
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(bodies, { maxLength: 8 }), fc.nat(120), async (large, small) => {
      const messages = [...large, ...Array.from({ length: small }, (_, n) => `m${n}`)];
      const sent: string[][] = [];
      const queue = {
        sendBatch: async (batch: Iterable<{ readonly body: string }>) =>
          void sent.push([...batch].map(({ body }) => body)),
      };
      const tooLarge = messages.find((body) => bytesOf(body) > QUEUE_LIMITS.messageBytes);
      const sending = publish(queue, messages, (body) => `message ${messages.indexOf(body)}`, PATIENCE);
      if (tooLarge !== undefined) {
        refused++;
        await expect(sending).rejects.toThrow(`message ${messages.indexOf(tooLarge)} takes`);
        expect(sent).toEqual([]);
        return;
      }
      await sending;
      expect(sent.flat()).toEqual(messages);
      for (const batch of sent) {
        expect(batch.length).toBeLessThanOrEqual(QUEUE_LIMITS.messages);
        expect(batch.reduce((sum, body) => sum + bytesOf(body), 0)).toBeLessThanOrEqual(QUEUE_LIMITS.batchBytes);
      }
    }),
    { numRuns: 60 },
  );
  expect(refused).toBeGreaterThan(0);
});

describe("a queue that does not take a batch", () => {
  const nameOf = (): string => "a message";
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  const world = (...answers: (() => Promise<unknown>)[]) => {
    const timer = new ManualTimer();
    const sent: number[] = [];
    const queue = {
      sendBatch: () => {
        sent.push(timer.now);
        return (answers[sent.length - 1] ?? (() => Promise.resolve()))();
      },
    };
    const sending = publish(queue, ["a"], nameOf, { timer, random: () => 1 }).then(
      () => "sent",
      (thrown: unknown) => (thrown instanceof RuntimeHostError ? thrown.fault : thrown),
    );
    return { timer, sent, sending };
  };
  const refuse = (message: string) => () => Promise.reject(new Error(message));
  const hang = () => new Promise<never>(() => undefined);

  it("is asked three times, after a pause and one twice as long", async () => {
    const { timer, sent, sending } = world(refuse("Internal error"), refuse("Internal error"));
    await settled();
    await timer.advance(SEND_PAUSE_MS);
    await settled();
    await timer.advance(2 * SEND_PAUSE_MS);
    expect(await sending).toBe("sent");
    expect(sent).toEqual([0, SEND_PAUSE_MS, 3 * SEND_PAUSE_MS]);
  });

  it("is given up after the third try", async () => {
    const { timer, sent, sending } = world(refuse("no"), refuse("no"), refuse("no"));
    for (let turn = 0; turn < 4; turn++) {
      await settled();
      await timer.advance(2 * SEND_PAUSE_MS);
    }
    expect(await sending).toMatchObject({ code: "EVENT_BUS_ERROR" });
    expect(sent).toHaveLength(3);
  });

  it("holds nobody when it hangs", async () => {
    const { timer, sent, sending } = world(hang);
    await settled();
    await timer.advance(SEND_MS);
    await settled();
    await timer.advance(SEND_PAUSE_MS);
    expect(await sending).toBe("sent");
    expect(sent).toEqual([0, SEND_MS + SEND_PAUSE_MS]);
  });

  it.each(["Queue sendBatch failed: Queue is overloaded. Please back off.", "Too Many Requests"])(
    "is not asked again at once when it says: %s",
    async (message) => {
      const { sent, sending } = world(refuse(message));
      expect(await sending).toEqual({
        code: "EVENT_BUS_ERROR",
        message: "the queue is overloaded",
        retryAfterSeconds: 10,
      });
      expect(sent).toHaveLength(1);
    },
  );
});
