import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ANY_DEAD_LETTER } from "../../../src/core/dead-letters/query.ts";
import { DAY_MS, dayOf } from "../../../src/core/retention/day.ts";
import { archiveKey, valueKey } from "../../../src/core/retention/keys.ts";
import type { MemoryPorts } from "../../../src/embedded/memory-engine.ts";
import type { SweepSettings } from "../../../src/app/sweep/sweep.ts";
import { SWEEP_LIMITS } from "../../../src/app/sweep/limits.ts";
import { auditArchive, rowsOf } from "../../support/archive-audit.ts";
import { sampleDeadLetter } from "../../support/contracts/dead-letter-store.ts";
import { archivedSummary, sampleSummary } from "../../support/contracts/run-index.ts";
import { effectNode, pureNode, testEngine, type TestEngine } from "../../support/engines.ts";
import { failFirst, failing, type Failure } from "../../support/failing.ts";
import { sketchPlan } from "../../support/plans.ts";
import { beginRun } from "../../support/runs.ts";
import { encodeRun } from "../../../src/core/run/codec/codec.ts";
import { CALL } from "../../support/call.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
const TWICE = effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`);
const KEEP_30: SweepSettings = { retention: { days: 30 } };
const KEEP_ALL: SweepSettings = { retention: { days: 0 } };

async function send(world: TestEngine, want = "text.loud", value = "hey"): Promise<string> {
  const sent = await world.send("goal.run", { want: [want], given: { "text.in": value } });
  if (!sent.ok) throw new Error(sent.error.message);
  return sent.value.runId;
}

const nextDays = (world: TestEngine, days: number): void => world.clock.advance(days * DAY_MS);
const idsOf = async (world: TestEngine): Promise<readonly string[]> =>
  (await rowsOf(world.engine.ports)).map(({ runId }) => runId).toSorted();

describe("expiry", () => {
  it("deletes runs and their objects after the days they are kept, not before", async () => {
    const world = await testEngine([SHOUT, TWICE]);
    const old = [await send(world), await send(world, "text.twice")];
    await world.settle(60_000);
    nextDays(world, 20);
    const young = await send(world);
    await world.settle(60_000);
    nextDays(world, 10);
    expect(await world.engine.sweep(KEEP_30)).toEqual({ done: {}, failed: [] });
    expect(await idsOf(world)).toEqual([...old, young].toSorted());
    nextDays(world, 1);
    const objects = (await world.engine.ports.blobs.list("runs/")).length;
    expect(await world.engine.sweep(KEEP_30)).toEqual({ done: { expired_runs: 2 + objects - 1 }, failed: [] });
    expect(await idsOf(world)).toEqual([young]);
    expect(await world.engine.ports.blobs.list("runs/")).toHaveLength(1);
    for (const id of old) expect(await world.engine.services.runs.view(CALL, id)).toBeNull();
    expect(await world.engine.services.runs.view(CALL, young)).not.toBeNull();
    expect(await auditArchive(world.engine.ports)).toEqual([]);
    expect(await world.engine.sweep(KEEP_30)).toEqual({ done: {}, failed: [] });
  });

  it("keeps everything for ever when told so", async () => {
    const world = await testEngine([SHOUT]);
    const id = await send(world);
    await world.settle(60_000);
    nextDays(world, 40_000);
    await world.engine.sweep(KEEP_ALL);
    expect(await world.engine.services.runs.view(CALL, id)).not.toBeNull();
  });

  it("never touches a run that has not ended, however old", async () => {
    const world = await testEngine([SHOUT, TWICE]);
    const id = await send(world, "text.twice");
    world.clock.advance(1_000);
    await world.engine.fireAlarms();
    await world.engine.ports.bus.events.drain((batch) => {
      for (const { body } of batch) if (body.type === "started") void world.engine.parts.index.put(body.runs);
      return Promise.resolve();
    });
    nextDays(world, 400);
    await world.engine.sweep(KEEP_30);
    expect(await idsOf(world)).toEqual([id]);
    expect(await world.engine.services.runs.view(CALL, id)).toMatchObject({ status: "running" });
  });

  it("does a bounded part of the work at a time, and no object goes before its rows", async () => {
    const world = await testEngine([]);
    const { index, blobs, archiveBook } = world.engine.ports;
    const key = archiveKey(world.clock.now(), "01A");
    await blobs.put(key, "x".repeat(30));
    const run = (n: number) =>
      archivedSummary({ runId: `r00_${n}`, createdAt: world.clock.now(), archive: { key, offset: n, length: 1 } });
    await index.put(Array.from({ length: 25 }, (_, n) => run(n)));
    nextDays(world, 31);
    const limits = { ...SWEEP_LIMITS, runs: 10, batch: 5 };
    const left: number[] = [];
    for (let sweeps = 0; sweeps < 4; sweeps++) {
      const before = (await idsOf(world)).length;
      if (before > 0) expect(await blobs.list("runs/")).toEqual([key]);
      await world.engine.sweep({ ...KEEP_30, limits });
      left.push((await idsOf(world)).length);
    }
    expect(left).toEqual([15, 5, 0, 0]);
    expect(await blobs.list("runs/")).toEqual([]);
    expect(await archiveBook.known("runs/")).toEqual(new Set());
  });

  it("a tenant with much to expire does not keep others waiting", async () => {
    const world = await testEngine([]);
    const { index } = world.engine.ports;
    const key = archiveKey(world.clock.now(), "01A");
    const runs = (tenant: string, count: number) =>
      Array.from({ length: count }, (_, n) =>
        archivedSummary({
          tenant,
          runId: `r00_${n}`,
          createdAt: world.clock.now(),
          archive: { key: `${key}${tenant}`, offset: n, length: 1 },
        }),
      );
    await index.put([...runs("a-hog", 40), ...runs("b", 3)]);
    nextDays(world, 31);
    await world.engine.sweep({ ...KEEP_30, limits: { ...SWEEP_LIMITS, runs: 20, batch: 5 } });
    expect(await rowsOf(world.engine.ports, "b")).toEqual([]);
    expect(await rowsOf(world.engine.ports, "a-hog")).toHaveLength(30);
  });
});

describe("orphaned objects", () => {
  it("go a day after the day they were written, and no others", async () => {
    const world = await testEngine([SHOUT]);
    const id = await send(world);
    await world.settle(60_000);
    const orphan = archiveKey(world.clock.now(), "01ORPHAN");
    await world.engine.ports.blobs.put(orphan, "half a batch\n");
    nextDays(world, 1);
    await world.engine.sweep(KEEP_ALL);
    expect(await world.engine.ports.blobs.list("runs/")).toContain(orphan);
    nextDays(world, 1);
    expect(await world.engine.sweep(KEEP_ALL)).toEqual({ done: { orphaned_objects: 1 }, failed: [] });
    expect(await auditArchive(world.engine.ports)).toEqual([]);
    expect(await world.engine.services.runs.view(CALL, id)).not.toBeNull();
  });

  it("are found after any pause of the sweep, some days at a time", async () => {
    const world = await testEngine([]);
    const { blobs } = world.engine.ports;
    for (let day = 0; day < 10; day++) {
      await blobs.put(archiveKey(world.clock.now(), "01ORPHAN"), "x\n");
      nextDays(world, 1);
    }
    nextDays(world, 1);
    const left: number[] = [];
    for (let sweeps = 0; sweeps < 4; sweeps++) {
      await world.engine.sweep(KEEP_ALL);
      left.push((await blobs.list("runs/")).length);
    }
    expect(left).toEqual([7, 4, 1, 0]);
  });
});

describe("rows of runs nobody has", () => {
  it("are forgotten after a day, those under way are kept, and all get their turn", async () => {
    const world = await testEngine([SHOUT, TWICE]);
    const live = await send(world, "text.twice");
    const { index } = world.engine.ports;
    const now = world.clock.now();
    const ghost = (n: number) => sampleSummary({ runId: `r00_0000000000000000000000000${n}`, createdAt: now + n });
    await index.put([sampleSummary({ runId: live, createdAt: now }), ...[1, 2, 3, 4].map(ghost)]);
    const limits = { ...SWEEP_LIMITS, unfinished: 2 };
    world.clock.advance(60_000);
    expect((await world.engine.sweep({ ...KEEP_ALL, limits })).done).toEqual({});
    expect((await world.engine.sweep({ ...KEEP_ALL, limits })).done).toEqual({});
    world.clock.advance(DAY_MS);
    const left: number[] = [];
    for (let sweeps = 0; sweeps < 4; sweeps++) {
      await world.engine.sweep({ ...KEEP_ALL, limits });
      left.push((await idsOf(world)).length);
    }
    expect(left).toEqual([4, 2, 1, 1]);
    expect(await idsOf(world)).toEqual([live]);
  });
});

describe("large values", () => {
  const sha = (n: number): string => String(n).padStart(64, "0");

  async function withValues() {
    const world = await testEngine([]);
    const { blobs, index } = world.engine.ports;
    const now = world.clock.now();
    const [mine, shared, orphan] = [1, 2, 3].map((n) => valueKey("default", sha(n), now)) as [string, string, string];
    for (const key of [mine, shared, orphan]) await blobs.put(key, key);
    const run = (n: number, values: readonly string[]) =>
      archivedSummary({
        runId: `r00_0000000000000000000000000${n}`,
        createdAt: now,
        values,
        archive: { key: archiveKey(now, `01${n}`), offset: 0, length: 1 },
      });
    await index.put([run(1, [mine, shared]), run(2, [shared])]);
    const ids = [run(1, []).runId, run(2, []).runId] as const;
    const values = () => blobs.list("values/");
    return { world, mine, shared, orphan, ids, values };
  }

  it("go with the last run that refers to them, two days later at the most", async () => {
    const { world, mine, shared, orphan, ids, values } = await withValues();
    await world.engine.services.removal.remove(CALL, ids[0]);
    await world.engine.sweep(KEEP_ALL);
    world.clock.advance(DAY_MS + 60_000);
    await world.engine.sweep(KEEP_ALL);
    expect(await values()).toEqual([mine, shared, orphan]);
    nextDays(world, 1);
    expect((await world.engine.sweep(KEEP_ALL)).done).toMatchObject({ doubtful_values: 1 });
    expect(await values()).toEqual([shared, orphan]);
    await world.engine.services.removal.remove(CALL, ids[1]);
    nextDays(world, 2);
    await world.engine.sweep(KEEP_ALL);
    expect(await values()).toEqual([orphan]);
  });

  it("that nobody ever referred to go when their day is no longer kept", async () => {
    const { world, mine, shared, orphan, values } = await withValues();
    nextDays(world, 30);
    await world.engine.sweep(KEEP_30);
    expect(await values()).toEqual([mine, shared, orphan]);
    nextDays(world, 1);
    await world.engine.sweep(KEEP_30);
    nextDays(world, 2);
    await world.engine.sweep(KEEP_30);
    expect(await values()).toEqual([]);
  });

  it("stay for a day, however old they are, for a run that took them over meanwhile", async () => {
    const { world, mine, ids, values } = await withValues();
    nextDays(world, 5);
    await world.engine.services.removal.remove(CALL, ids[0]);
    world.clock.advance(60_000);
    await world.engine.sweep(KEEP_ALL);
    expect(await values()).toContain(mine);
    const now = world.clock.now();
    const heir = archivedSummary({
      runId: "r00_0000000000000000000000000H",
      createdAt: now,
      values: [mine],
      archive: { key: archiveKey(now, "01H"), offset: 0, length: 1 },
    });
    await world.engine.parts.index.put([heir]);
    nextDays(world, 3);
    await world.engine.sweep(KEEP_ALL);
    expect(await values()).toContain(mine);
  });

  it.each([
    ["of its values", true],
    ["of it at all", false],
  ])("stay while a run under way refers to them in its ring, though the index does not know %s", async (_, indexed) => {
    const { world, mine, ids, values } = await withValues();
    const { coordinator, index } = world.engine.ports;
    const now = world.clock.now();
    const begun = beginRun(sketchPlan([{ id: "a", timeoutMs: 300 * DAY_MS }]), now);
    const live = { ...begun, given: { in: { ref: { key: mine, sha256: sha(1), bytes: 1 } } } };
    const submission = { runId: live.header.id, requestHash: "", keyed: false, finished: null };
    await coordinator.submit({ ...submission, record: encodeRun(live) });
    if (indexed) await index.put([sampleSummary({ runId: live.header.id, createdAt: now, values: [] })]);
    await world.engine.services.removal.remove(CALL, ids[0]);
    nextDays(world, 3);
    await world.engine.sweep(KEEP_ALL);
    nextDays(world, 40);
    await world.engine.sweep(KEEP_30);
    expect(await values()).toEqual([mine]);
  });

  it("whose key has no day go with the last run that refers to them, too", async () => {
    const { world, ids } = await withValues();
    const { blobs, index, values } = world.engine.ports;
    const key = `values/default/${sha(9)}`;
    await blobs.put(key, "old");
    const now = world.clock.now();
    await index.put([
      archivedSummary({
        runId: "r00_00000000000000000000000009",
        createdAt: now,
        values: [key],
        archive: { key: archiveKey(now, "01Z"), offset: 0, length: 1 },
      }),
    ]);
    for (const id of [...ids, "r00_00000000000000000000000009"]) await world.engine.services.removal.remove(CALL, id);
    nextDays(world, 3);
    await world.engine.sweep(KEEP_ALL);
    expect(await blobs.list("values/")).not.toContain(key);
    expect(await values.tenants()).toEqual([]);
  });
});

describe("dead letters", () => {
  it("go with their messages when their day is no longer kept, and strays with them", async () => {
    const world = await testEngine([]);
    const { blobs, deadLetters } = world.engine.ports;
    const now = world.clock.now();
    const payload = (name: string, at: number): string => `dead-letters/${dayOf(at)}/default/${name}.json`;
    const letter = (id: string, at: number) => sampleDeadLetter({ id, failedAt: at, payloadKey: payload(id, at) });
    for (const one of [letter("old", now), letter("young", now + 5 * DAY_MS)]) {
      await blobs.put(one.payloadKey, '"x"');
      await deadLetters.record(one);
    }
    await blobs.put(payload("stray", now), '"x"');
    nextDays(world, 30);
    expect((await world.engine.sweep(KEEP_30)).done).toEqual({});
    nextDays(world, 1);
    expect((await world.engine.sweep(KEEP_30)).done).toEqual({ expired_dead_letters: 2 });
    expect(await deadLetters.get("default", "old")).toBeNull();
    expect(await blobs.list("dead-letters/")).toEqual([payload("young", now + 5 * DAY_MS)]);
  });
});

describe("a sweep that breaks off anywhere", () => {
  /** Ports whose calls fail by plan, before or after their work is done; counted over all of them. */
  function fragile() {
    let plan: (call: number) => Failure = () => null;
    let calls = 0;
    const wrap = <P extends object>(port: P): P => failing<P>(port, () => plan(++calls));
    return {
      ports: (ports: MemoryPorts): MemoryPorts => ({
        ...ports,
        retention: wrap(ports.retention),
        archiveBook: wrap(ports.archiveBook),
        values: wrap(ports.values),
        marks: wrap(ports.marks),
        blobs: wrap(ports.blobs),
        deadLetters: wrap(ports.deadLetters),
        index: wrap(ports.index),
        parts: wrap(ports.parts),
      }),
      fail(by: (call: number) => Failure) {
        calls = 0;
        plan = by;
      },
    };
  }

  /** Something of everything a sweep does, then sweeps under failures, then sweeps without. */
  async function survive(failures: (call: number) => Failure): Promise<void> {
    const weather = fragile();
    const world = await testEngine([SHOUT], weather.ports);
    const old = [await send(world), await send(world)];
    await world.settle(60_000);
    const { blobs, deadLetters, index } = world.engine.ports;
    const { runs, removal } = world.engine.services;
    const now = world.clock.now();
    const value = valueKey("default", "0".repeat(64), now);
    await blobs.put(value, "v");
    await blobs.put(valueKey("default", "1".repeat(64), now), "orphan");
    await blobs.put(archiveKey(now, "01ORPHAN"), "orphan\n");
    const payloadKey = `dead-letters/${dayOf(now)}/default/m.json`;
    await blobs.put(payloadKey, '"x"');
    await deadLetters.record(sampleDeadLetter({ id: "m", failedAt: now, payloadKey }));
    await index.put([sampleSummary({ runId: "r00_0000000000000000000000000G", createdAt: now, values: [value] })]);
    nextDays(world, 29);
    const [kept, deleted] = [await send(world), await send(world)];
    weather.fail(failures);
    await world.settle(60_000);
    nextDays(world, 2);
    for (let attempts = 0; attempts < 50; attempts++) if ((await removal.remove(CALL, deleted)).ok) break;
    for (let sweeps = 0; sweeps < 4; sweeps++) await world.engine.sweep(KEEP_30);
    weather.fail(() => null);
    await world.settle(60_000);
    expect(await removal.remove(CALL, deleted)).toEqual({ ok: true, value: null });
    for (let sweeps = 0; sweeps < 6; sweeps++) {
      expect((await world.engine.sweep(KEEP_30)).failed).toEqual([]);
      nextDays(world, sweeps < 3 ? 0 : 1);
    }
    expect(await idsOf(world)).toEqual([kept]);
    expect(await runs.view(CALL, kept)).toMatchObject({ status: "succeeded" });
    for (const id of [...old, deleted]) expect(await runs.view(CALL, id)).toBeNull();
    expect(await auditArchive(world.engine.ports)).toEqual([]);
    expect(await blobs.list("values/")).toEqual([]);
    expect(await blobs.list(`dead-letters/${dayOf(now)}/`)).toEqual([]);
    expect(
      (await deadLetters.search("default", { ...ANY_DEAD_LETTER, status: "open" }, { limit: 9, after: null })).items,
    ).toEqual([]);
    expect(await deadLetters.get("default", "m")).toBeNull();
  }

  it("is finished by the next ones, wherever one call fails", async () => {
    const failure = fc.constantFrom("before", "after") as fc.Arbitrary<Failure>;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 110 }), failure, (at, how) =>
        survive((call) => (call === at ? how : null)),
      ),
      { numRuns: 200 },
    );
  });

  it("is finished by the next ones, however many calls fail", async () => {
    const failure = fc.constantFrom(null, null, null, "before", "after") as fc.Arbitrary<Failure>;
    await fc.assert(
      fc.asyncProperty(fc.array(failure, { minLength: 1, maxLength: 60 }), (failures) =>
        survive((call) => failures[call % failures.length] ?? null),
      ),
      { numRuns: 150 },
    );
  });

  it("does the other chores when one fails, and says which failed", async () => {
    const world = await testEngine([SHOUT], (ports) => ({
      ...ports,
      values: failing(ports.values, failFirst("tenants", 1)),
    }));
    await send(world);
    await world.settle(60_000);
    nextDays(world, 31);
    const report = await world.engine.sweep(KEEP_30);
    expect(report).toMatchObject({ failed: ["doubtful_values"], done: { expired_runs: 2 } });
  });
});
