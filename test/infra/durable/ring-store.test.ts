import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durableRingStore } from "../../../src/infra/durable/ring-store.ts";
import { ringName } from "../../../src/infra/durable/run-coordinator.ts";
import { memoryRingStore } from "../../../src/infra/memory/runs/ring-store.ts";
import type { RingStore } from "../../../src/spi/ring-store.ts";
import { ringRunsContract } from "../../support/contracts/ring-runs.ts";
import { systemClock } from "../../../src/infra/system/clock.ts";

const HOUR = 60 * 60 * 1_000;
let objects = 0;

/** A check with the storage of an object nobody has used. */
const withStorage = (check: (storage: DurableObjectStorage) => void): Promise<void> =>
  runInDurableObject(env.RINGS_NS.getByName(ringName(150 + ++objects)), (_, { storage }) => check(storage));

ringRunsContract(
  "SQLite",
  (check) => withStorage((storage) => check(() => durableRingStore(storage, systemClock))),
  30,
);

const change = fc.record({
  owner: fc.constantFrom("r1", "r2", "~o"),
  part: fc.constantFrom("r", "s0", "s1", "t"),
  body: fc.constantFrom("", "ä\u{1F30A}", "x".repeat(40_000), null, null),
  dueAt: fc.option(fc.nat(9)),
  isAll: fc.boolean(),
});
const command = fc.record({
  changes: fc.array(change, { maxLength: 6 }),
  ends: fc.constantFrom("commit", "commit", "throw", "apart"),
  isEvicted: fc.boolean(),
  passes: fc.constantFrom(0, 0, HOUR / 2, HOUR),
});
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

function apply(store: RingStore, { changes, ends }: Command): void {
  const all = (): void => {
    for (const { owner, part, body, dueAt, isAll } of changes) {
      if (body !== null) store.write(owner, [{ part, body, dueAt }]);
      else if (isAll) store.remove(owner);
      else store.remove(owner, [part]);
    }
    if (ends === "throw") throw new Error("planned");
  };
  if (ends === "apart") return all();
  if (ends === "commit") return store.transaction(all);
  expect(() => store.transaction(all)).toThrow("planned");
}

const contents = (store: RingStore) => ({
  owners: store.owners().toSorted(),
  parts: store
    .owners()
    .toSorted()
    .map((owner) => store.read(owner)),
  timers: store.timers().toSorted((a, b) => (a.owner < b.owner ? -1 : 1)),
});

describe("a ring's storage in SQLite", () => {
  it("is what a map would be, whatever is rolled back and however often the object is evicted", () =>
    withStorage((storage) => {
      fc.assert(
        fc.property(fc.array(command, { maxLength: 20 }), (commands) => {
          for (const table of ["slots", "keys"]) storage.sql.exec(`DROP TABLE IF EXISTS ${table}`);
          storage.kv.delete("layout");
          let now = 0;
          let store = durableRingStore(storage, { now: () => now });
          const model = memoryRingStore();
          for (const one of commands) {
            apply(store, one);
            apply(model, one);
            now += one.passes;
            if ((store.remains?.dueAt() ?? Infinity) <= now) store.remains?.erase(now);
            if (one.isEvicted) store = durableRingStore(storage, { now: () => now });
            expect(contents(store)).toEqual(contents(model));
          }
        }),
      );
    }));

  it("holds nothing of a removed part an hour later, and says when it is to be asked to forget", () =>
    withStorage((storage) => {
      let now = 1_000;
      const store = durableRingStore(storage, { now: () => now });
      const bodies = () => storage.sql.exec("SELECT body FROM slots WHERE n > 0").toArray();
      store.write("r", [{ part: "r", body: "secret", dueAt: null }]);
      expect(store.remains?.dueAt()).toBeNull();
      store.remove("r");
      expect(store.read("r")).toEqual([]);
      expect(store.remains?.dueAt()).toBe(1_000 + HOUR);
      now += HOUR;
      const later = durableRingStore(storage, { now: () => now });
      expect(later.remains?.dueAt()).toBe(1_000 + HOUR);
      later.remains?.erase(now);
      expect(bodies()).toEqual([]);
      expect(later.remains?.dueAt()).toBeNull();
    }));

  it("goes on as it was when a row was refused", () =>
    withStorage((storage) => {
      const store = durableRingStore(storage, systemClock);
      const part = (name: string, body: string) => ({ part: name, body, dueAt: null });
      store.write("r", [part("a", "before")]);
      const refused = () =>
        store.transaction(() => {
          store.remove("r");
          store.write("q", [part("a", "small"), part(null as never, "refused")]);
        });
      expect(refused).toThrow("NOT NULL");
      for (const one of [store, durableRingStore(storage, systemClock)]) {
        expect(one.read("r")).toEqual([part("a", "before")]);
        expect(one.read("q")).toEqual([]);
      }
      store.write("q", [part("a", "after")]);
      expect(durableRingStore(storage, systemClock).read("r")).toEqual([part("a", "before")]);
    }));

  it("is billed a row for each part that is written, and one for all that are removed together", () =>
    withStorage((storage) => {
      const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
      const sql = {
        exec: (query: string, ...bindings: unknown[]) => {
          const cursor = storage.sql.exec(query, ...bindings);
          cursors.push(cursor);
          return cursor;
        },
      };
      const counted = { sql, kv: storage.kv, transactionSync: (work: () => unknown) => storage.transactionSync(work) };
      const store = durableRingStore(counted as unknown as DurableObjectStorage, systemClock);
      const rowsOf = (work: () => void): number => {
        cursors.length = 0;
        store.transaction(work);
        return cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0);
      };
      const parts = Array.from({ length: 20 }, (_, i) => ({ part: `s${i}`, body: "x", dueAt: null }));
      expect(rowsOf(() => store.write("r", parts))).toBe(20);
      expect(rowsOf(() => store.write("r", parts.slice(0, 3)))).toBe(3);
      expect(rowsOf(() => store.remove("r"))).toBe(1);
      expect(rowsOf(() => store.write("q", parts))).toBe(20);
      expect(rowsOf(() => store.remove("q", ["unknown"]))).toBe(0);
    }));
});
