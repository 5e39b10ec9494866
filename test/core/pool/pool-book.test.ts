import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HEARTBEAT_MS, PoolBook, PRESENCE_MS, REPORT_MS } from "../../../src/core/pool/pool-book.ts";
import type { PoolItem, RunnerPresence } from "../../../src/core/pool/pool-item.ts";
import { workItemIdOf, workItemToken } from "../../../src/core/pool/work-item.ts";

const RUN = "r00_01KDVDPE000000000000000000";

function item(segment: string, changes: Partial<PoolItem> & { readonly epoch?: number } = {}): PoolItem {
  const { epoch = 1, ...rest } = changes;
  const id = { runId: RUN, segment, lease: `${segment}.${epoch}`, step: "s", pool: "python" };
  return {
    token: workItemToken(id),
    id,
    correlationId: "c",
    node: "n",
    version: "1.0.0",
    kind: "python",
    priority: 0,
    timeoutMs: 1_000,
    offeredAt: 0,
    queueUntil: 60_000,
    ...rest,
  };
}

const runner = (nodeId: string, instance = nodeId, kinds: readonly string[] = ["python"]): RunnerPresence => ({
  ...{ nodeId, instance, kinds, version: "0.1.0", concurrency: 4, running: 0 },
});
const tokens = (items: readonly PoolItem[]): readonly string[] => items.map(({ id }) => id.segment);

describe("what waits", () => {
  it("goes by priority, then by the order of coming, and only to who can execute it", () => {
    const book = new PoolBook([], 0);
    for (const one of [item("a"), item("b", { priority: 5 }), item("c", { kind: "cli" }), item("d", { priority: 5 })])
      book.offer(one);
    expect(tokens(book.take(runner("x"), 2, 1))).toEqual(["b", "d"]);
    expect(tokens(book.take(runner("x"), 9, 1))).toEqual(["a"]);
    expect(tokens(book.take(runner("y", "y", ["cli", "python"]), 9, 1))).toEqual(["c"]);
  });

  it("is leased once, however many ask", () => {
    const book = new PoolBook([], 0);
    book.offer(item("a"));
    expect(book.take(runner("x"), 5, 1)).toHaveLength(1);
    expect(book.take(runner("y"), 5, 1)).toEqual([]);
    expect(book.offer(item("a")), "the message came twice").toBe(false);
    expect(book.take(runner("y"), 5, 2)).toEqual([]);
  });

  it("gives way to a later dispatch of the same work, and not to an earlier one", () => {
    const book = new PoolBook([], 0);
    book.offer(item("a", { epoch: 2 }));
    expect(book.offer(item("a", { epoch: 1 }))).toBe(false);
    expect(book.offer(item("a", { epoch: 10 }))).toBe(true);
    expect(book.take(runner("x"), 5, 1).map(({ id }) => id.lease)).toEqual(["a.10"]);
    expect(book.entry(item("a", { epoch: 2 }).token)).toBeNull();
  });

  it("ends when no runner took it in time, and says how many could have", () => {
    const book = new PoolBook([], 0);
    book.offer(item("a"));
    book.announce(runner("x"), 30_000);
    book.announce(runner("other", "o", ["cli"]), 30_000);
    expect(book.due(59_999)).toEqual([]);
    expect(book.due(60_000)).toMatchObject([{ why: "queue", alive: 1 }]);
    expect(book.due(30_000 + PRESENCE_MS)).toMatchObject([{ why: "queue", alive: 0 }]);
    expect(book.take(runner("x"), 5, 60_000), "it is not leased once its time is over").toEqual([]);
  });
});

describe("who has an item", () => {
  it("keeps it by heartbeats, up to the attempt's own time", () => {
    const book = new PoolBook([], 0);
    book.offer(item("a", { timeoutMs: 100_000 }));
    book.take(runner("x"), 1, 0);
    expect(book.due(HEARTBEAT_MS - 1)).toEqual([]);
    book.heartbeat(runner("x"), [item("a").token], 10_000);
    expect(book.due(HEARTBEAT_MS)).toEqual([]);
    expect(book.due(10_000 + HEARTBEAT_MS)).toMatchObject([{ why: "lost" }]);
    for (let at = 20_000; at < 110_000; at += 10_000) book.heartbeat(runner("x"), [item("a").token], at);
    book.heartbeat(runner("x"), [item("a").token], 99_000 + REPORT_MS);
    expect(book.due(100_000 + REPORT_MS)).toMatchObject([{ why: "time" }]);
  });

  it("hears that it is lost: settled, another's, or of nobody", () => {
    const book = new PoolBook([], 0);
    book.offer(item("a"));
    book.offer(item("b", { timeoutMs: 60_000 }));
    book.take(runner("x"), 2, 0);
    book.settle(item("a").token);
    expect(book.heartbeat(runner("x"), [item("a").token, item("b").token, "w1.00"], 1).lost).toEqual([
      item("a").token,
      "w1.00",
    ]);
    expect(book.entry(item("a").token), "a heartbeat brings nothing back").toBeNull();
    expect(book.heartbeat(runner("y"), [item("b").token], 1).lost).toEqual([item("b").token]);
    expect(book.due(HEARTBEAT_MS)).toHaveLength(0);
    expect(book.due(1 + HEARTBEAT_MS), "nor does another's keep it").toMatchObject([{ why: "lost" }]);
  });

  it("has the node id, when it came last; the other gets no more work and may end what it has", () => {
    const book = new PoolBook([], 0);
    book.offer(item("a"));
    expect(book.announce(runner("x", "old"), 0)).toBe("welcome");
    book.take(runner("x", "old"), 1, 0);
    expect(book.announce(runner("x", "new"), 1)).toBe("takes over");
    expect(book.announce(runner("x", "old"), 2)).toBe("replaced");
    book.offer(item("b"));
    expect(book.take(runner("x", "old"), 1, 2)).toEqual([]);
    expect(book.heartbeat(runner("x", "old"), [item("a").token], 2)).toEqual({ lost: [], replaced: true });
    expect(tokens(book.take(runner("x", "new"), 1, 2))).toEqual(["b"]);
    expect(book.runners(3)).toMatchObject([{ nodeId: "x", instance: "new" }]);
  });

  it("is taken to have been heard of when the pool wakes up", () => {
    const book = new PoolBook([], 0);
    book.offer(item("a", { timeoutMs: 600_000 }));
    book.take(runner("x"), 1, 0);
    const woken = new PoolBook([...book.entries], 100_000);
    expect(woken.due(100_000)).toEqual([]);
    expect(woken.due(100_000 + HEARTBEAT_MS)).toMatchObject([{ why: "lost" }]);
  });
});

it("whatever happens, no item is with two runners, and each is waiting, leased or gone", () => {
  const step = fc.oneof(
    fc.record({ op: fc.constant("offer" as const), at: fc.nat(4), epoch: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ op: fc.constant("take" as const), who: fc.nat(2), most: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ op: fc.constant("settle" as const), at: fc.nat(4), epoch: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ op: fc.constant("beat" as const), who: fc.nat(2), at: fc.nat(4) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const book = new PoolBook([], 0);
      const stored = new Map<string, unknown>();
      const holder = new Map<string, number>();
      steps.forEach((one, now) => {
        if (one.op === "offer") book.offer(item(`s${one.at}`, { epoch: one.epoch, queueUntil: 1e9 }));
        if (one.op === "settle") {
          const { token } = item(`s${one.at}`, { epoch: one.epoch });
          book.settle(token);
          holder.delete(token);
        }
        if (one.op === "beat") book.heartbeat(runner(`r${one.who}`), [item(`s${one.at}`).token], now);
        if (one.op === "take") {
          for (const { token } of book.take(runner(`r${one.who}`), one.most, now)) {
            expect(holder.has(token)).toBe(false);
            holder.set(token, one.who);
          }
        }
        for (const [token, entry] of book.takeChanges()) {
          if (entry === null) stored.delete(token);
          else stored.set(token, entry.lease?.instance ?? null);
        }
      });
      const kept = new Map([...book.entries].map(({ item: { token }, lease }) => [token, lease?.instance ?? null]));
      expect(kept, "what is stored is what is kept").toEqual(stored);
      expect(book.waiting).toBe([...kept.values()].filter((instance) => instance === null).length);
    }),
  );
});

describe("a work item's token", () => {
  it("stands for the id, and any other text for none", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), fc.option(fc.string()), (segment, step, pool) => {
        const id = { runId: RUN, segment, lease: `${segment}.1`, step, pool };
        const token = workItemToken(id);
        expect(token).toMatch(/^[a-z0-9.]+$/);
        expect(workItemIdOf(token)).toEqual(id);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => workItemIdOf(text) === null));
    for (const text of ["w1.", "w1.7b7d", "w1.5b5d", "w1.ff", "w2.5b5d", `w1.${"5b".repeat(20_000)}`])
      expect(workItemIdOf(text)).toBeNull();
  });
});
