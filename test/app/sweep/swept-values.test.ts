import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../../src/core/retention/day.ts";
import { archiveKey, valueKey } from "../../../src/core/retention/keys.ts";
import { archivedSummary, sampleSummary } from "../../support/contracts/run-index.ts";
import { testEngine } from "../../support/engines.ts";
import { sketchPlan } from "../../support/plans.ts";
import { beginRun } from "../../support/runs.ts";
import { encodeRun } from "../../../src/core/run/codec/codec.ts";
import { CALL } from "../../support/call.ts";
import { KEEP_30, KEEP_ALL, nextDays } from "./support/swept-world.ts";

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
