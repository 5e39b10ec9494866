import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { encodeRun } from "../../../src/core/run/codec/codec.ts";
import { runId } from "../../../src/core/run/model/run-id.ts";
import { partingOf } from "../../../src/core/run/reduce/departure.ts";
import { LimitDesk } from "../../../src/infra/durable/limit-desk.ts";
import { migrate, type Migration } from "../../../src/infra/durable/migrations.ts";
import { LOOK_AGAIN_MS } from "../../../src/infra/durable/opened.ts";
import { durableRingStore, RING_MIGRATIONS } from "../../../src/infra/durable/ring-store.ts";
import { durableRunCoordinator, ringName } from "../../../src/infra/durable/run-coordinator.ts";
import { TrustTables } from "../../../src/infra/durable/trust-tables.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { sketchPlan } from "../../support/plans.ts";
import { beginRun } from "../../support/runs.ts";

let objects = 0;
/** The storage of an object that nobody has written to. */
const inStorage = (test: (storage: DurableObjectStorage) => void): Promise<void> =>
  runInDurableObject(env.LIMITS_NS.getByName(`migrations ${++objects}`), (_, { storage }) => {
    for (const { name } of storage.sql.exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
    ))
      storage.sql.exec(`DROP TABLE "${name}"`);
    storage.kv.delete("layout");
    test(storage);
  });

const layoutOf = (storage: DurableObjectStorage): unknown => storage.kv.get("layout");
const ADD_NOTE: Migration = (sql) => void sql.exec("ALTER TABLE slots ADD COLUMN note TEXT NOT NULL DEFAULT 'none'");
/** As release 0.1.0 made it, without a number. */
const OLDEST =
  "CREATE TABLE slots (n INTEGER PRIMARY KEY, owner TEXT NOT NULL, part TEXT NOT NULL, born INTEGER NOT NULL, chars INTEGER NOT NULL, due_at INTEGER, body TEXT NOT NULL)";
const part = (body: string) => ({ part: "r", body, dueAt: 7 });

describe("a ring's tables", () => {
  it("of before layouts were numbered keep their rows, and get a number", () =>
    inStorage((storage) => {
      storage.sql.exec(OLDEST);
      storage.sql.exec(
        "INSERT INTO slots VALUES (1, 'run', 'r', 1, 3, 7, 'old'), (2, 'gone', 'r', 2, 4, null, 'free')",
      );
      storage.sql.exec("INSERT INTO slots VALUES (0, '', '', 0, 0, null, '[[5,2,2]]')");
      const store = durableRingStore(storage, fixedClock(10));
      expect(store.owners()).toEqual(["run"]);
      expect(store.read("run")).toEqual([part("old")]);
      expect(layoutOf(storage)).toBe(RING_MIGRATIONS.length);
      store.write("new", [part("taken")]);
      expect(storage.sql.exec("SELECT n FROM slots WHERE owner = 'new'").toArray()).toEqual([{ n: 2 }]);
    }));

  it("go through a migration once, in order, together with their number", () =>
    inStorage((storage) => {
      durableRingStore(storage, fixedClock(0)).write("run", [part("old")]);
      const later = [...RING_MIGRATIONS, ADD_NOTE];
      migrate(storage, "a ring", later);
      migrate(storage, "a ring", later);
      expect(layoutOf(storage)).toBe(later.length);
      expect(storage.sql.exec("SELECT body, note FROM slots").toArray()).toEqual([{ body: "old", note: "none" }]);
    }));

  it("of a later release are touched by nobody after a roll-back, and are whole afterwards", () =>
    inStorage((storage) => {
      const later = [...RING_MIGRATIONS, ADD_NOTE];
      durableRingStore(storage, fixedClock(0)).write("run", [part("old")]);
      migrate(storage, "a ring", later);
      expect(() => durableRingStore(storage, fixedClock(0))).toThrow(
        `layout ${later.length}, and this deployment knows up to ${RING_MIGRATIONS.length}`,
      );
      expect(layoutOf(storage)).toBe(later.length);
      migrate(storage, "a ring", later);
      expect(storage.sql.exec("SELECT body, note FROM slots").toArray()).toEqual([{ body: "old", note: "none" }]);
    }));

  it("stay as they were when a migration fails", () =>
    inStorage((storage) => {
      durableRingStore(storage, fixedClock(0)).write("run", [part("old")]);
      const broken: Migration = (sql) => void sql.exec("INSERT INTO nowhere VALUES (1)");
      expect(() => migrate(storage, "a ring", [...RING_MIGRATIONS, ADD_NOTE, broken])).toThrow("nowhere");
      expect(layoutOf(storage)).toBe(RING_MIGRATIONS.length);
      expect(durableRingStore(storage, fixedClock(0)).read("run")).toEqual([part("old")]);
    }));

  it.each([
    ["RECORD_NEWER", '{"v":99}'],
    ["RECORD_UNREADABLE", "[[5,2"],
  ])("whose free slots cannot be told are %s, and no slot is taken for a part", (code, list) =>
    inStorage((storage) => {
      storage.sql.exec(OLDEST);
      storage.sql.exec("INSERT INTO slots VALUES (2, 'gone', 'r', 2, 4, null, 'free')");
      storage.sql.exec("INSERT INTO slots VALUES (0, '', '', 0, 0, null, ?)", list);
      expect(() => durableRingStore(storage, fixedClock(0)).owners()).toThrow(expect.objectContaining({ code }));
      storage.sql.exec("UPDATE slots SET body = '[[5,2,2]]' WHERE n = 0");
      expect(durableRingStore(storage, fixedClock(0)).owners()).toEqual([]);
    }),
  );
});

describe("other objects' tables", () => {
  it("have numbers too, and are refused from the future", () =>
    inStorage((storage) => {
      new LimitDesk(storage, fixedClock(0), silentLog);
      expect(layoutOf(storage)).toBe(1);
      storage.kv.put("layout", 2);
      expect(() => new LimitDesk(storage, fixedClock(0), silentLog)).toThrow(
        "the count of a limit has tables of layout 2",
      );
    }));

  it("of a trust memory are taken over from the layout with versions", () =>
    inStorage((storage) => {
      const score = (at: number) => ({ at, score: 0.5, confidence: 0.5, samples: at });
      storage.sql.exec("CREATE TABLE versions (version TEXT, declared REAL, history TEXT, pending INTEGER)");
      const history = JSON.stringify([score(1), score(2), score(3)]);
      storage.sql.exec("INSERT INTO versions VALUES ('1.0.0', 0.7, ?, 1)", history);
      expect(new TrustTables(storage).versions()).toEqual([
        { version: "1.0.0", declared: 0.7, history: [score(1), score(2)] },
      ]);
      expect(layoutOf(storage)).toBe(2);
      storage.kv.put("layout", 3);
      expect(() => new TrustTables(storage)).toThrow("a trust memory has tables of layout 3");
    }));
});

describe("a ring whose storage a later release wrote", () => {
  it("is asked in vain, keeps its alarm, and goes on when that release is back", async () => {
    const number = 231;
    const stub = env.RINGS_NS.getByName(ringName(number));
    const coordinator = durableRunCoordinator(env.RINGS_NS);
    const id = runId(number, "0".repeat(25) + "7");
    const begun = beginRun(sketchPlan([{ id: "a" }]), Date.now());
    const state = { ...begun, header: { ...begun.header, id } };
    await coordinator.submit({ runId: id, requestHash: "", keyed: false, finished: null, record: encodeRun(state) });
    const evicted = async (layout: number): Promise<void> => {
      await runInDurableObject(stub, (_, { storage }) => storage.kv.put("layout", layout));
      await evictDurableObject(stub);
    };
    await evicted(99);
    await expect(coordinator.read(id)).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    const before = Date.now();
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    await runInDurableObject(stub, async (_, { storage }) => {
      expect(await storage.getAlarm()).toBeGreaterThanOrEqual(before + LOOK_AGAIN_MS);
    });
    await evicted(RING_MIGRATIONS.length);
    expect(await coordinator.read(id)).toContain(id);
    // Nothing of it was lost or half-written meanwhile.
    const ended = { ...state, header: { ...state.header, id: runId(number, "0".repeat(25) + "8") } };
    const submission = { runId: ended.header.id, requestHash: "", keyed: false, record: encodeRun(ended) };
    expect(await coordinator.submit({ ...submission, finished: partingOf(ended) })).toMatchObject({ kind: "accepted" });
  });
});
