import fc from "fast-check";
import { expect, it } from "vitest";
import { QUEUE_LIMITS } from "../../../src/infra/queues/batches.ts";
import { publish } from "../../../src/infra/queues/publish.ts";

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
      const sending = publish(queue, messages, (body) => `message ${messages.indexOf(body)}`);
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
