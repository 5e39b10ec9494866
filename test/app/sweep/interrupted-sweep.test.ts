import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ANY_DEAD_LETTER } from "../../../src/core/dead-letters/query.ts";
import { dayOf } from "../../../src/core/retention/day.ts";
import { archiveKey, valueKey } from "../../../src/core/retention/keys.ts";
import type { MemoryPorts } from "../../../src/embedded/memory-engine.ts";
import { auditArchive } from "../../support/archive-audit.ts";
import { sampleDeadLetter } from "../../support/contracts/dead-letter-store.ts";
import { sampleSummary } from "../../support/contracts/run-index.ts";
import { testEngine } from "../../support/engines.ts";
import { failFirst, failing, type Failure } from "../../support/failing.ts";
import { CALL } from "../../support/call.ts";
import { SHOUT, KEEP_30, send, nextDays, idsOf } from "./support/swept-world.ts";

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
