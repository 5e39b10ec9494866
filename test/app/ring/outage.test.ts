import { describe, expect, it } from "vitest";
import { runId } from "../../../src/core/run/model/run-id.ts";
import { partingOf } from "../../../src/core/run/reduce/departure.ts";
import { readRun } from "../../../src/core/run/codec/codec.ts";
import type { Ring } from "../../../src/app/ring/ring.ts";
import { batchesOf, open, SETTINGS, stateOf, submission } from "./support/quarantine-world.ts";

const HOUR = 60 * 60 * 1_000;
const idOf = (n: number) => runId(0, String(n).padStart(26, "0"));

/** A run that has ended before it came. */
function ended(n: number, keyed: boolean) {
  const id = idOf(n);
  const one = submission(id, {
    status: "succeeded",
    finishedAt: stateOf(id).header.createdAt,
    idempotencyKey: keyed ? "k" : null,
  });
  const read = readRun(one.record);
  if (!read.ok) throw new Error(read.error.message);
  return { ...one, keyed, finished: partingOf(read.value) };
}

/** Lets time pass as a ring's alarm does: it rings when it is set for. */
async function pass(world: ReturnType<typeof open>, ring: Ring, until: number): Promise<void> {
  for (;;) {
    const next = world.alarms.at(-1);
    world.alarms.splice(0);
    if (next === undefined || next > until) {
      if (next !== undefined) world.alarms.push(next);
      world.clock.set(until);
      return;
    }
    world.clock.set(Math.max(next, world.clock.now()));
    await ring.tick();
  }
}

describe("a ring whose archive does not answer for an hour", () => {
  it("has two batches under way and sends few messages; afterwards every run leaves, once", async () => {
    const world = open();
    const { ring } = world;
    const begunAt = world.clock.now();
    const sent: number[] = [];
    let runs = 0;
    for (let second = 0; second < 3_600; second += 4) {
      for (let n = 0; n < 2; n++) await ring.submit(ended(runs++, false));
      await pass(world, ring, begunAt + second * 1_000);
      sent.push(...batchesOf(world));
    }
    expect(new Set(sent).size).toBe(2);
    expect(sent.length).toBeLessThan(40);
    // It answers again: what was held up goes on at once, batch by batch.
    const left: string[] = [];
    const answer = () => {
      for (const batch of batchesOf(world)) {
        left.push(...(ring.batch(batch)?.runs.map(({ summary }) => summary.runId) ?? []));
        ring.archived(batch);
      }
    };
    await pass(world, ring, world.clock.now() + HOUR / 4);
    const before = world.clock.now();
    for (let turn = 0; turn < 20; turn++) {
      answer();
      await pass(world, ring, world.clock.now());
    }
    expect(left.toSorted()).toEqual(Array.from({ length: runs }, (_, n) => idOf(n)));
    expect(world.clock.now()).toBe(before);
    await pass(world, ring, before + HOUR);
    expect(world.store.owners()).toEqual(["~outbox", "~trust"].filter((owner) => world.store.read(owner).length > 0));
    expect(world.alarms).toEqual([]);
  });

  it("goes on where it was when it wakes up cold in the middle", async () => {
    const world = open();
    for (let n = 0; n < 1_200; n++) {
      await world.ring.submit(ended(n, true));
      if (n % 300 === 299) await pass(world, world.ring, world.clock.now() + SETTINGS.flushMs);
    }
    const cold = world.reopen();
    const left = new Set<string>();
    for (let turn = 0; turn < 40 && left.size < 1_200; turn++) {
      await pass(world, cold, world.clock.now() + SETTINGS.archiveRetryMs);
      for (const batch of batchesOf(world)) {
        for (const { summary } of cold.batch(batch)?.runs ?? []) left.add(summary.runId);
        cold.archived(batch);
      }
    }
    expect(left.size).toBe(1_200);
    expect(await cold.submit(ended(7, true))).toEqual({ kind: "duplicate", record: null });
  });
});
