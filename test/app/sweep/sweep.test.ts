import { describe, expect, it } from "vitest";
import { DAY_MS, dayOf } from "../../../src/core/retention/day.ts";
import { archiveKey } from "../../../src/core/retention/keys.ts";
import { SWEEP_LIMITS } from "../../../src/app/sweep/limits.ts";
import { auditArchive, rowsOf } from "../../support/archive-audit.ts";
import { sampleDeadLetter } from "../../support/contracts/dead-letter-store.ts";
import { archivedSummary, sampleSummary } from "../../support/contracts/run-index.ts";
import { effectNode, testEngine } from "../../support/engines.ts";
import { CALL } from "../../support/call.ts";
import { SHOUT, KEEP_30, KEEP_ALL, send, nextDays, idsOf } from "./support/swept-world.ts";

const TWICE = effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`);

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
