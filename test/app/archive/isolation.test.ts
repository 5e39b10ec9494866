import { describe, expect, it } from "vitest";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import type { Storing } from "../../../src/spi/books/run-parts.ts";
import type { MemoryPorts } from "../../../src/embedded/memory-engine.ts";
import { CALL } from "../../support/call.ts";
import { auditArchive, rowsOf } from "../../support/archive-audit.ts";
import { effectNode, pureNode, testEngine, type TestEngine } from "../../support/engines.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
const TWICE = effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`);
const FIRST = { limit: 100, after: null };
/** A tag that no row can be stored with. */
const POISON = "poison";

async function send(world: TestEngine, want: string, tags: readonly string[] = []): Promise<string> {
  const payload = { want: [want], given: { "text.in": "hey" } };
  const sent = await world.send("goal.run", payload, { metadata: { tags } });
  if (!sent.ok) throw new Error(sent.error.message);
  return sent.value.runId;
}

/** An index that refuses some rows, as the database does: all of a call, and it says of none which one it was. */
const picky =
  (thrown: () => Error): ((ports: MemoryPorts) => MemoryPorts) =>
  (ports) => ({
    ...ports,
    parts: {
      ...ports.parts,
      store: (what: Storing) =>
        [...what.rows, ...what.packed].some(({ tags }) => tags.includes(POISON))
          ? Promise.reject(thrown())
          : ports.parts.store(what),
    },
  });
const REFUSALS = [
  ["refuses for good", () => new RuntimeHostError(fault("RUN_UNSTORABLE", "no such row"))],
  ["throws about", () => new TypeError("Cannot read properties of undefined")],
] as const;

describe.each(REFUSALS)("one run that the index %s", (_, thrown) => {
  it("keeps none of its batch or delivery from the archive, and is set aside", async () => {
    const world = await testEngine([SHOUT, TWICE], picky(thrown));
    const good = [];
    for (let n = 0; n < 5; n++) good.push(await send(world, n % 2 === 0 ? "text.loud" : "text.twice"));
    const bad = [await send(world, "text.loud", [POISON]), await send(world, "text.twice", [POISON])];
    for (let n = 0; n < 3; n++) good.push(await send(world, "text.loud"));
    await world.settle(10 * 60_000);
    const { quarantine, runs } = world.engine.services;
    expect((await rowsOf(world.engine.ports)).map(({ runId }) => runId).toSorted()).toEqual(good.toSorted());
    const aside = (await quarantine.list(CALL, FIRST)).runs;
    expect(aside.map(({ run_id: id, code }) => `${id} ${code}`).toSorted()).toEqual(
      bad.map((id) => `${id} RUN_UNSTORABLE`).toSorted(),
    );
    for (const id of good) expect(await runs.view(CALL, id)).toMatchObject({ status: "succeeded" });
    expect(world.engine.nextAlarm()).toBeNull();
    expect(world.engine.ports.bus.events.size).toBe(0);
  });

  it("can be ended, without what could not be stored, and has counted for trust once", async () => {
    const world = await testEngine([SHOUT], picky(thrown));
    const bad = await send(world, "text.loud", [POISON]);
    await world.settle(10 * 60_000);
    const { quarantine, runs } = world.engine.services;
    expect(await quarantine.retry(CALL, bad)).toMatchObject({ ok: true, value: { released: true } });
    await world.settle(10 * 60_000);
    expect(await quarantine.get(CALL, bad)).toMatchObject({ ok: true, value: { code: "RUN_UNSTORABLE" } });
    expect(await quarantine.end(CALL, bad, "no room")).toMatchObject({ ok: true, value: { status: "failed" } });
    await world.settle(10 * 60_000);
    expect(await runs.view(CALL, bad)).toMatchObject({ status: "failed", error: { code: "RUN_UNSTORABLE" } });
    expect((await quarantine.list(CALL, FIRST)).runs).toEqual([]);
    // What was written for rows that were refused is nobody's: the sweep collects it.
    world.clock.advance(3 * 24 * 3_600_000);
    await world.engine.sweep({ retention: { days: 0 } });
    expect(await auditArchive(world.engine.ports)).toEqual([]);
    const [record] = await world.engine.ports.trust.records("default", "shout", world.clock.now());
    expect(record).toMatchObject({ successes: 1, failures: 0 });
  });

  it("keeps no news of runs under way from the index", async () => {
    const world = await testEngine([SHOUT, TWICE], picky(thrown));
    const good = await send(world, "text.twice");
    await send(world, "text.twice", [POISON]);
    world.clock.advance(1_000);
    await world.engine.fireAlarms();
    world.engine.ports.bus.execute.pull(10);
    await world.engine.deliver();
    expect((await rowsOf(world.engine.ports)).map(({ runId }) => runId)).toEqual([good]);
  });
});

it("an index that does not answer sets nobody aside", async () => {
  let isDown = true;
  const world = await testEngine([SHOUT], (ports) => ({
    ...ports,
    parts: {
      ...ports.parts,
      store: (what) =>
        isDown
          ? Promise.reject(new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "the database is down")))
          : ports.parts.store(what),
    },
  }));
  const id = await send(world, "text.loud");
  await world.settle(5 * 60_000);
  expect((await world.engine.services.quarantine.list(CALL, FIRST)).runs).toEqual([]);
  isDown = false;
  await world.settle(5 * 60_000);
  expect((await rowsOf(world.engine.ports)).map(({ runId }) => runId)).toEqual([id]);
});

describe("a node's memory that does not answer", () => {
  it("keeps no run in its ring and no other node from its trust; its own comes when it does", async () => {
    let isDown = true;
    const world = await testEngine([SHOUT, TWICE], (ports) => ({
      ...ports,
      trust: {
        ...ports.trust,
        report: (tenant, reports, now) =>
          isDown && reports.some(({ node }) => node.startsWith("twice@"))
            ? Promise.reject(new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "the memory is down")))
            : ports.trust.report(tenant, reports, now),
      },
    }));
    const ids = [await send(world, "text.twice"), await send(world, "text.loud")];
    await world.settle(2 * 60_000);
    const { trust } = world.engine.ports;
    const successes = async (name: string) =>
      (await trust.records("default", name, world.clock.now())).map((record) => record.successes);
    expect((await rowsOf(world.engine.ports)).map(({ runId }) => runId).toSorted()).toEqual(ids.toSorted());
    for (const id of ids) expect(await world.engine.ports.coordinator.read(id)).toBeNull();
    expect(await successes("shout")).toEqual([2]);
    expect(await successes("twice")).toEqual([]);
    isDown = false;
    await world.settle(2 * 60_000);
    expect(await successes("twice")).toEqual([1]);
    expect(await successes("shout")).toEqual([2]);
    await world.settle();
    expect(world.engine.nextAlarm()).toBeNull();
  });
});
