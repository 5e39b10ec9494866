import { describe, expect, it } from "vitest";
import type { Ring } from "../../../src/app/ring/ring.ts";
import { encodeRun, readRun } from "../../../src/core/run/codec/codec.ts";
import { runId } from "../../../src/core/run/model/run-id.ts";
import { released } from "../../../src/core/run/quarantine/quarantine.ts";
import { partingOf } from "../../../src/core/run/reduce/departure.ts";
import {
  SETTINGS,
  GOOD,
  BAD,
  OTHER,
  open,
  stateOf,
  submission,
  work,
  rewrite,
  batchesOf,
  later,
  half,
} from "./support/quarantine-world.ts";

describe("an ended run that cannot be read", () => {
  async function leaving() {
    const world = open();
    for (const id of [GOOD, BAD]) await world.ring.submit(submission(id));
    await work(world, world.ring);
    world.clock.advance(SETTINGS.flushMs);
    return world;
  }

  it("stays behind when the others leave, and leaves once it is repaired", async () => {
    const world = await leaving();
    const good = world.store.read(BAD);
    rewrite(world, BAD, half);
    const ring = world.reopen();
    await ring.tick();
    const [first = -1] = batchesOf(world);
    expect(ring.batch(first)?.runs.map(({ summary }) => summary.runId)).toEqual([GOOD]);
    ring.archived(first);
    expect(ring.raw(GOOD)).toBeNull();
    expect(ring.quarantined()).toMatchObject([{ runId: BAD }]);
    world.store.write(BAD, good);
    expect(await ring.retry(BAD)).toEqual({ kind: "released", status: "succeeded" });
    world.clock.advance(SETTINGS.flushMs);
    await ring.tick();
    const [second = -1] = batchesOf(world);
    expect(ring.batch(second)).toMatchObject({
      runs: [{ summary: { runId: BAD } }],
      trust: [{ totals: { samples: 2 } }, {}],
    });
  });

  it("is taken out of a batch that has it, and counts once when it leaves at last", async () => {
    const world = await leaving();
    await world.ring.tick();
    const [number = -1] = batchesOf(world);
    const good = world.store.read(BAD);
    rewrite(world, BAD, half);
    const ring = world.reopen();
    expect(ring.batch(number)?.runs.map(({ summary }) => summary.runId)).toEqual([GOOD]);
    ring.archived(number);
    expect(ring.quarantined()).toMatchObject([{ runId: BAD }]);
    world.store.write(BAD, good);
    const cold = world.reopen();
    expect(await cold.retry(BAD)).toEqual({ kind: "released", status: "succeeded" });
    world.clock.advance(SETTINGS.archiveRetryMs);
    await cold.tick();
    const [again = -1] = batchesOf(world);
    expect(cold.batch(again)?.runs.map(({ summary }) => summary.runId)).toEqual([BAD]);
    const page = world.store
      .read("~trust")
      .map(({ body }) => JSON.parse(body) as { books: { totals: { samples: number } }[] });
    expect(page.flatMap(({ books }) => books.map(({ totals }) => totals.samples))).toEqual([2, 2]);
    cold.archived(again);
    expect(cold.raw(BAD)).toBeNull();
    expect(cold.quarantined()).toEqual([]);
  });
});

describe("a ring's own record that cannot be read", () => {
  it.each([
    ["a batch cut in half", "~outbox", half],
    ["a batch of a later version", "~outbox", (body: string) => body.replace('"v":1', '"v":99')],
    ["a page of trust cut in half", "~trust", half],
    ["a page of trust of a later version", "~trust", (body: string) => body.replace('"v":1', '"v":99')],
    ["a page whose sums are none", "~trust", (body: string) => body.replace(/"sx":"[^"]*"/g, '"sx":"what"')],
  ])("%s keeps nobody up and stays as it is stored", async (_, owner, damage) => {
    const world = open();
    await world.ring.submit(submission(GOOD));
    await work(world, world.ring);
    world.clock.advance(SETTINGS.flushMs);
    await world.ring.tick();
    batchesOf(world);
    rewrite(world, owner, damage);
    const [before] = world.store.read(owner);
    const ring = world.reopen();
    expect(world.logged).toContainEqual(expect.objectContaining({ record: expect.stringContaining(owner) as string }));
    await ring.submit(submission(OTHER));
    await work(world, ring);
    world.clock.advance(SETTINGS.archiveRetryMs);
    await ring.tick();
    const batches = batchesOf(world);
    const left = batches.flatMap((batch) => ring.batch(batch)?.runs.map(({ summary }) => summary.runId) ?? []);
    expect(left.toSorted()).toEqual([GOOD, OTHER]);
    for (const batch of batches) ring.archived(batch);
    expect(world.store.read(owner)).toContainEqual(before);
  });

  it("a page of trust that can be read again is one with what was counted meanwhile", async () => {
    const world = open();
    const run = async (id: string, ring: Ring): Promise<number> => {
      await ring.submit(submission(id));
      await work(world, ring);
      world.clock.advance(SETTINGS.flushMs);
      await ring.tick();
      const [batch = -1] = batchesOf(world);
      const [first] = ring.batch(batch)?.trust ?? [];
      ring.archived(batch);
      return first?.totals.samples ?? 0;
    };
    expect(await run(GOOD, world.ring)).toBe(1);
    const [page] = world.store.read("~trust");
    rewrite(world, "~trust", half);
    expect(await run(OTHER, world.reopen())).toBe(1);
    if (page) world.store.write("~trust", [page]);
    expect(await run(BAD, world.reopen())).toBe(3);
    expect(await run(runId(0, "000000000000000000000000D1"), world.reopen())).toBe(4);
  });

  it("a mark that cannot be read still keeps its run aside", async () => {
    const world = open();
    await world.ring.submit(submission(BAD));
    rewrite(world, BAD, half);
    world.clock.advance(60_000);
    await world.reopen().tick();
    rewrite(world, "~quarantine", half);
    expect(world.reopen().quarantined()).toMatchObject([{ runId: BAD, quarantine: { code: "RECORD_UNREADABLE" } }]);
  });
});

describe("what can be told of a run that cannot be read", () => {
  it("is what its record and its changes still say", async () => {
    const world = open();
    await world.ring.submit(submission(BAD, { tags: ["t"], tenant: "acme" }));
    rewrite(world, BAD, later);
    world.clock.advance(60_000);
    const ring = world.reopen();
    await ring.tick();
    expect(ring.quarantined()).toMatchObject([
      { runId: BAD, tenant: "acme", known: { operation: "goal.run", tags: ["t"], want: ["a.out", "b.out"] } },
    ]);
  });

  it("its large values are held wherever it is cut, as far as it still names them", async () => {
    const world = open();
    const key = `values/default/2026-01-01/${"a".repeat(64)}`;
    const state = { ...stateOf(BAD), given: { in: { ref: { key, sha256: "a".repeat(64), bytes: 70_000 } } } };
    await world.ring.submit({ ...submission(BAD), record: encodeRun(state) });
    rewrite(world, BAD, (body) => body.slice(0, -10));
    expect(world.reopen().liveValues()).toEqual([{ tenant: "default", key }]);
  });

  it("nothing at all is no tenant, until somebody says whose it is", async () => {
    const world = open();
    await world.ring.submit(submission(BAD));
    rewrite(world, BAD, () => "");
    world.clock.advance(60_000);
    const ring = world.reopen();
    await ring.tick();
    expect(ring.quarantined()).toMatchObject([{ runId: BAD, tenant: null }]);
    await ring.end(BAD, { tenant: "acme", reason: "given up", known: {} });
    const read = readRun(released(BAD, ring.read(BAD)) ?? "");
    expect(read.ok && partingOf(read.value).summary).toMatchObject({ tenant: "acme", status: "failed" });
  });
});
