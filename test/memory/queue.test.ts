import { describe, expect, it } from "vitest";
import { MemoryQueue } from "../../src/infra/memory/queues/queue.ts";

const bodies = (queue: MemoryQueue<number>, max = 10) => queue.pull(max).map(({ body }) => body);

describe("memory queue", () => {
  it("delivers in order, up to the asked number, each message once", () => {
    const queue = new MemoryQueue<number>("q");
    queue.send([1, 2, 3]);
    expect(queue.size).toBe(3);
    expect(bodies(queue, 2)).toEqual([1, 2]);
    expect([queue.size, queue.inFlight]).toEqual([1, 2]);
    expect(bodies(queue)).toEqual([3]);
    expect(bodies(queue)).toEqual([]);
  });

  it("lets its owner choose the next message", () => {
    const queue = new MemoryQueue<number>("q");
    queue.send([1, 2, 3, 4]);
    const newest = queue.pull(2, (waiting) => waiting - 1).map(({ body }) => body);
    expect(newest).toEqual([4, 3]);
  });

  it("settles a delivery once: the first settlement counts", () => {
    const queue = new MemoryQueue<number>("q");
    queue.send([1]);
    const [delivery] = queue.pull(1);
    delivery?.ack();
    delivery?.retry();
    delivery?.ack();
    expect([queue.size, queue.inFlight]).toEqual([0, 0]);
  });

  it("counts attempts and buries what was retried too often", () => {
    const dead = new MemoryQueue<number>("dead");
    const queue = new MemoryQueue<number>("q", { maxRetries: 2 }, dead);
    queue.send([7]);
    const attempts: number[] = [];
    for (let delivery = queue.pull(1)[0]; delivery; delivery = queue.pull(1)[0]) {
      attempts.push(delivery.attempts);
      delivery.retry();
    }
    expect(attempts).toEqual([1, 2, 3]);
    expect(dead.pull(1)).toMatchObject([{ id: "dead-1", body: 7, attempts: 1 }]);
  });

  it("drops what was retried too often when there is nobody to bury it", () => {
    const queue = new MemoryQueue<number>("q", { maxRetries: 0 });
    queue.send([7]);
    queue.pull(1)[0]?.retry();
    expect([queue.size, queue.inFlight]).toEqual([0, 0]);
  });

  it("drains as the platform does: settled as told, else acknowledged on return and retried on a throw", async () => {
    const dead = new MemoryQueue<number>("dead");
    const queue = new MemoryQueue<number>("q", { maxRetries: 1 }, dead);
    queue.send([1, 2, 3]);
    const seen: number[][] = [];
    await queue.drain(async (batch) => {
      seen.push(batch.map(({ body }) => body));
      batch.find(({ body }) => body === 1)?.ack();
      if (batch.some(({ body }) => body === 2)) throw new Error("not today");
    }, 2);
    expect(seen).toEqual([[1, 2], [3, 2], [3]]);
    expect(queue.inFlight).toBe(0);
    expect(dead.pull(9).map(({ body }) => body)).toEqual([2]);
  });

  it("tells its owner of new and returned messages", () => {
    const queue = new MemoryQueue<number>("q");
    let told = 0;
    queue.onSend = () => {
      told++;
    };
    queue.send([1, 2]);
    queue.send([]);
    queue.pull(1)[0]?.retry();
    expect(told).toBe(2);
  });
});
