import { describe, expect, it } from "vitest";
import { RingRuns } from "../../src/app/ring/runs.ts";
import { Ring } from "../../src/app/ring/ring.ts";
import { readMessage } from "../../src/core/messages/read-message.ts";
import { LimitBook } from "../../src/core/limit/book.ts";
import { decodeRun, encodeRun } from "../../src/core/run/codec/codec.ts";
import { isWorthReading, readMark } from "../../src/core/run/quarantine/mark.ts";
import { STORED_FORMS } from "../../src/core/stored/forms.ts";
import { openSnapshot } from "../../src/core/run/codec/snapshot.ts";
import { signalsOf } from "../../src/core/run/views/signals.ts";
import { executionResult } from "../../src/core/run/views/execution-result.ts";
import { viewRun } from "../../src/core/run/views/view.ts";
import { Slots, type StoredSlot } from "../../src/infra/durable/slots.ts";
import { fixedClock } from "../../src/infra/memory/clock.ts";
import { memoryEventBus } from "../../src/infra/memory/queues/event-bus.ts";
import { memoryRingStore } from "../../src/infra/memory/runs/ring-store.ts";
import { silentLog } from "../../src/infra/memory/silent-log.ts";
import { systemTimer } from "../../src/infra/system/clock.ts";
import type { RingPart, RingStore } from "../../src/spi/ring-store.ts";
import { factsOf } from "./facts.ts";
import { KEYED_ID, PLAIN_ID } from "./record/books.ts";
import { recorded, releases } from "./recorded.ts";
import { memoryTriggerBus } from "../../src/infra/memory/queues/trigger-bus.ts";

const storeOf = (owners: Readonly<Record<string, readonly RingPart[]>>): RingStore => {
  const store = memoryRingStore();
  for (const [owner, parts] of Object.entries(owners)) store.write(owner, parts);
  return store;
};

it("something was recorded of a release", () => {
  expect(releases()).toContain("0.1.0");
});

describe.each(releases())("what release %s stored", (release) => {
  describe("runs in a ring", () => {
    const lives = recorded(release, "lives").map((life) => ({ ...life, title: life.shows.join(", ") }));

    it.each(lives)("are read: $title", ({ parts, facts }) => {
      const store = storeOf({ run: parts });
      const state = new RingRuns(store).load("run");
      expect(state && factsOf(state)).toEqual(facts);
    });

    it.each(lives)("can be shown and written: $title", ({ parts, facts }) => {
      const state = new RingRuns(storeOf({ run: parts })).load("run");
      if (!state) throw new Error("there is no run");
      expect(viewRun(state)["status"]).toBe(facts["status"]);
      expect(signalsOf(state)).toBeInstanceOf(Array);
      expect(executionResult(state) === null).toBe(facts["finished_at"] === null);
      expect(factsOf(decodeRun(encodeRun(state)))).toEqual(facts);
    });
  });

  describe("a ring's own books", () => {
    const [ended, leaving, remembered] = recorded(release, "rings");
    const ringOver = (owners: Readonly<Record<string, readonly RingPart[]>> | undefined) => {
      const store = storeOf(owners ?? {});
      const clock = fixedClock(1_780_000_002_000);
      const bus = memoryEventBus();
      const ring = new Ring(0, {
        store,
        clock,
        alarm: { arm: () => undefined },
        bus,
        triggerBus: memoryTriggerBus(),
        timer: systemTimer,
        log: silentLog,
      });
      return { store, ring, bus };
    };

    it("ended runs leave with the next batch", async () => {
      const { ring, bus } = ringOver(ended?.owners);
      await ring.tick();
      expect(bus.events.size).toBe(1);
    });

    it("a batch on its way is given out whole, with what it says of nodes", () => {
      const { ring } = ringOver(leaving?.owners);
      const [number] = leaving?.owners["~outbox"] ?? [];
      const batch = ring.batch(Number(number?.part));
      expect(batch?.runs.map(({ summary }) => summary.runId)).toEqual([PLAIN_ID, KEYED_ID]);
      expect(batch?.trust.map(({ node, source, totals }) => [node, source, totals.samples])).toEqual([
        ["a@1.0.0", "ring-00", 2],
        ["b@1.0.0", "ring-00", 2],
      ]);
    });

    it("a key that is remembered tells a repeat from a conflict", async () => {
      const { ring } = ringOver(remembered?.owners);
      const asked = { runId: KEYED_ID, keyed: true, finished: null, record: "" };
      expect(await ring.submit({ ...asked, requestHash: "5f".repeat(32) })).toMatchObject({ kind: "duplicate" });
      expect(await ring.submit({ ...asked, requestHash: "60".repeat(32) })).toMatchObject({ kind: "conflict" });
    });

    it("every run in the rings of a stopped Worker goes on", () => {
      const { objects } = recorded(release, "worker").objects["RunRing"] ?? { objects: [] };
      const states = objects.flatMap(({ slots: rows = [] }) => {
        const bodies = new Map(rows.map(({ n, body }) => [Number(n), String(body)]));
        const stored = rows
          .filter(({ n }) => n !== 0)
          .map((row) => ({ ...row, dueAt: row["due_at"] }) as unknown as StoredSlot);
        const slots = new Slots(stored, bodies.get(0) ?? null);
        const parts = (owner: string): RingPart[] =>
          slots.of(owner).map(([part, { n, dueAt }]) => ({ part, body: bodies.get(n) ?? "", dueAt }));
        const store = storeOf(Object.fromEntries(slots.owners.map((owner) => [owner, parts(owner)])));
        const runs = new RingRuns(store);
        return store.owners().flatMap((owner) => (owner.startsWith("~") ? [] : (runs.load(owner) ?? [])));
      });
      expect(states.map(({ header }) => header.status).sort()).toEqual([
        "paused",
        "waiting",
        "waiting",
        "waiting",
        "waiting",
      ]);
    });
  });

  it("marks of runs in quarantine", () => {
    const marks = recorded(release, "marks").map((text) => readMark(text, STORED_FORMS));
    expect(marks.map(({ code, since, counted = false }) => [code, since, counted])).toEqual([
      ["RECORD_NEWER", 1_780_000_000_000, false],
      ["RECORD_UNREADABLE", 1_780_000_000_000, false],
      ["RUN_UNDECIDABLE", 1_780_000_000_000, false],
      ["RUN_UNSTORABLE", 1_780_000_000_000, true],
    ]);
    // What only later code could read is tried again by code that reads more.
    expect(marks.map((mark) => isWorthReading(mark, STORED_FORMS))).toEqual([true, false, false, false]);
  });

  it("turns and places at limits", () => {
    const { slots, waiters } = recorded(release, "limits");
    const book = new LimitBook(Object.entries(slots), Object.entries(waiters));
    const at = 1_780_000_000_001;
    expect(book.call(at)).toEqual([]);
    book.leave({ runId: PLAIN_ID, segment: "a" }, "a.1", "ended");
    book.leave({ runId: PLAIN_ID, segment: "c" }, "c.1", "unused");
    expect(book.call(at)).toEqual([{ runId: PLAIN_ID, segment: "b" }]);
  });

  it("messages on every queue", () => {
    const { messages, results } = Object.groupBy(recorded(release, "messages"), (message) =>
      typeof message === "object" && message !== null && "result_id" in message ? "results" : "messages",
    );
    const readings = (messages ?? []).map((message) => readMessage(message));
    expect(readings.filter(({ ok }) => !ok)).toEqual([]);
    const types = readings.flatMap((reading) => (reading.ok ? [reading.message.type] : []));
    expect([...new Set(types)].sort()).toEqual(["archive", "replan", "sequel", "started", "trigger", "work"]);
    expect(results).not.toEqual([]);
  });

  it("exported runs", () => {
    const opened = recorded(release, "snapshots").map((snapshot) => openSnapshot(snapshot));
    expect(opened.filter(({ ok }) => !ok)).toEqual([]);
    expect(opened.length).toBeGreaterThan(5);
  });

  it("lines of the archive, each where its row says", () => {
    const { database, blobs } = recorded(release, "worker");
    const archived = (database["runs"] ?? []).filter((row) => row["archive_key"] !== null);
    expect(archived.length).toBeGreaterThan(10);
    for (const row of archived) {
      const object = Buffer.from(blobs[String(row["archive_key"])] ?? "", "utf8");
      const offset = Number(row["archive_offset"]);
      const state = decodeRun(object.subarray(offset, offset + Number(row["archive_length"])).toString("utf8"));
      expect(state.header).toMatchObject({ id: row["run_id"], status: row["status"], tenant: row["tenant"] });
    }
  });
});
