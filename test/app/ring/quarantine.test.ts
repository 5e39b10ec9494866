import { describe, expect, it } from "vitest";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import { readRun, runCodec } from "../../../src/core/run/codec/codec.ts";
import { isQuarantined, released } from "../../../src/core/run/quarantine/quarantine.ts";
import { reduce } from "../../../src/core/run/reduce/reduce.ts";
import { STORED_FORMS, type StoredForms } from "../../../src/core/stored/forms.ts";
import { versioned } from "../../../src/core/stored/stored-form.ts";
import type { RingStore } from "../../../src/spi/ring-store.ts";
import { itemsIn } from "../../support/received.ts";
import { success } from "../../support/runs.ts";
import {
  SETTINGS,
  START,
  GOOD,
  BAD,
  OTHER,
  open,
  stateOf,
  submission,
  answersTo,
  work,
  statusOf,
  rewrite,
  batchesOf,
  later,
  half,
} from "./support/quarantine-world.ts";

const DAMAGE = [
  ["of a later version", later, "RECORD_NEWER"],
  ["cut in half", half, "RECORD_UNREADABLE"],
  ["that is no JSON", () => "what?", "RECORD_UNREADABLE"],
  ["that is something else", () => '{"v":1,"header":7}', "RECORD_UNREADABLE"],
  [
    "without a correlation id",
    (body: string) => body.replace('"correlationId"', '"corelationId"'),
    "RECORD_UNREADABLE",
  ],
] as const;

describe.each(DAMAGE)("one record %s", (_, damage, code) => {
  async function damaged() {
    const world = open();
    for (const id of [GOOD, BAD, OTHER]) await world.ring.submit(submission(id));
    rewrite(world, BAD, damage);
    const before = world.store.read(BAD);
    world.clock.advance(60_000);
    world.bus.execute.pull(100);
    return { world, before, ring: world.reopen() };
  }

  it("stops no timer of its ring: the others are sent anew, it is set aside with its reason", async () => {
    const { world, ring } = await damaged();
    await ring.tick();
    expect(itemsIn(world.bus.execute.pull(100)).map(({ runId: id }) => id)).toEqual([GOOD, OTHER]);
    expect(ring.quarantined()).toMatchObject([{ runId: BAD, quarantine: { code, since: world.clock.now() } }]);
    expect(world.logged).toContainEqual(expect.objectContaining({ run_id: BAD, code }));
  });

  it("keeps every byte, waits for nothing, and stays aside after an eviction", async () => {
    const { world, before, ring } = await damaged();
    await ring.tick();
    world.alarms.splice(0);
    const cold = world.reopen();
    await cold.tick();
    expect(cold.quarantined()).toEqual(ring.quarantined());
    expect(cold.raw(BAD)).toEqual(before);
    expect(world.alarms.filter((at) => at <= world.clock.now())).toEqual([]);
    expect(world.logged.filter((line) => line["run_id"] === BAD)).toHaveLength(1);
  });

  it("is an answer to whoever asks for it, and keeps no answer of others back", async () => {
    const { world, ring } = await damaged();
    await ring.tick();
    const answers = answersTo(world);
    const stale = { runId: BAD, segment: "a", token: "a.1", results: [] };
    await ring.answer([stale, ...answers]);
    await ring.undeliverable([{ ...stale, fault: fault("UNDELIVERABLE", "lost") }]);
    expect(await ring.admit([{ runId: BAD, segment: "a" }])).toEqual([{ runId: BAD, segment: "a" }]);
    expect(ring.holds(BAD, "a", "a.1")).toBe(false);
    expect(ring.values(BAD, "a", "a.1")).toBeNull();
    for (const answer of [
      ring.read(BAD),
      await ring.wait(BAD, 60_000),
      await ring.watch("default", BAD, 0, 60_000),
      await ring.control("default", BAD, { type: "pause" }),
      await ring.submit(submission(BAD)),
    ])
      expect(answer).toMatchObject({ quarantine: { code } });
    await work(world, ring);
    expect([statusOf(ring, GOOD), statusOf(ring, OTHER)]).toEqual(["succeeded", "succeeded"]);
  });

  it("can be ended as failed, under the reason, and leaves for the archive like any other", async () => {
    const { world, ring } = await damaged();
    await ring.tick();
    const known = { tenant: "default", correlationId: "c", operation: "goal.run", tags: ["t"], createdAt: START };
    expect(await ring.end(BAD, { tenant: "default", reason: "given up", known })).toBe("failed");
    expect(await ring.end(BAD, { tenant: "default", reason: "given up", known })).toBeNull();
    expect(ring.quarantined()).toEqual([]);
    const cold = world.reopen();
    expect(statusOf(cold, BAD)).toBe("failed");
    world.clock.advance(SETTINGS.flushMs);
    await cold.tick();
    const runs = batchesOf(world).flatMap((batch) => cold.batch(batch)?.runs ?? []);
    expect(runs.map(({ summary }) => summary)).toMatchObject([
      { runId: BAD, tenant: "default", status: "failed", faultCode: code, createdAt: START },
    ]);
  });
});

describe("a run whose decision throws", () => {
  const decide =
    (isBroken: () => boolean): typeof reduce =>
    (state, event, now, leases) => {
      if (isBroken() && state.header.id === BAD && event.type !== "start") throw new RangeError("secret");
      return reduce(state, event, now, leases);
    };

  it("keeps nobody's answer back, is set aside as undecidable, and goes on once it can be decided", async () => {
    let broken = true;
    const world = open({ decide: decide(() => broken) });
    for (const id of [GOOD, BAD, OTHER]) await world.ring.submit(submission(id));
    await work(world, world.ring);
    expect([statusOf(world.ring, GOOD), statusOf(world.ring, OTHER)]).toEqual(["succeeded", "succeeded"]);
    expect(world.ring.quarantined()).toMatchObject([{ runId: BAD, quarantine: { code: "RUN_UNDECIDABLE" } }]);
    expect(JSON.stringify(world.logged)).not.toContain("secret");
    world.clock.advance(600_000);
    expect(await world.ring.retry(BAD)).toMatchObject({ kind: "quarantined", quarantine: { code: "RUN_UNDECIDABLE" } });
    broken = false;
    expect(await world.ring.retry(BAD)).toEqual({ kind: "released", status: "running" });
    expect(await world.ring.retry(BAD)).toEqual({ kind: "unknown" });
    await work(world, world.ring);
    expect(statusOf(world.ring, BAD)).toBe("succeeded");
  });

  it("tells whoever waits for it", async () => {
    const world = open({ decide: decide(() => true) });
    await world.ring.submit(submission(BAD));
    const waiting = world.ring.wait(BAD, 60_000);
    const watching = world.ring.watch("default", BAD, 9, 60_000);
    await work(world, world.ring);
    expect(isQuarantined(await waiting)).toBe(true);
    expect(isQuarantined(await watching)).toBe(true);
  });

  it("is never begun when it is the first one: whoever asked is refused", async () => {
    const world = open({ decide: () => expect.fail("no decision") });
    await expect(world.ring.submit(submission(BAD))).rejects.toMatchObject({ fault: { code: "RUN_UNDECIDABLE" } });
    expect(world.store.owners()).toEqual([]);
    expect(world.ring.quarantined()).toEqual([]);
  });

  it("is ended with what it has come to, its chains announced and its trigger answered", async () => {
    const world = open({ decide: decide(() => true) });
    const chains = { on_failure: [{ operation: "node.execute" as const, payload: { node: "n" } }] };
    await world.ring.submit(submission(BAD, { chains }));
    await work(world, world.ring);
    await world.ring.end(BAD, { tenant: "default", reason: "given up", known: {} });
    expect(world.triggerBus.triggers.pull(10)).toMatchObject([{ body: { type: "sequel", runId: BAD } }]);
    const read = readRun(released(BAD, world.ring.read(BAD)) ?? "");
    expect(read.ok && read.value).toMatchObject({
      header: { status: "failed", fault: { code: "RUN_UNDECIDABLE" }, chains },
      openSteps: 0,
      activity: { leased: 0, waiting: 0, resting: 0 },
    });
  });
});

describe("a run that cannot be stored", () => {
  const tooLarge = (store: RingStore): RingStore => ({
    ...store,
    write(owner, parts) {
      if (owner === BAD && parts.some(({ body }) => body.includes('"succeeded"')))
        throw new RuntimeHostError(fault("RUN_UNSTORABLE", "a row of the run is larger than storage takes"));
      store.write(owner, parts);
    },
  });

  it("is set aside as it was, and the answers that came with its own are taken", async () => {
    const world = open();
    const ring = world.reopen({ store: tooLarge(world.store) });
    for (const id of [GOOD, BAD, OTHER]) await ring.submit(submission(id));
    await work(world, ring);
    expect([statusOf(ring, GOOD), statusOf(ring, OTHER)]).toEqual(["succeeded", "succeeded"]);
    expect(ring.quarantined()).toMatchObject([{ runId: BAD, quarantine: { code: "RUN_UNSTORABLE" } }]);
    const cold = world.reopen();
    expect(await cold.retry(BAD)).toEqual({ kind: "released", status: "running" });
  });

  it("is one whose values no JSON can hold", async () => {
    const world = open();
    await world.ring.submit(submission(BAD));
    const [answer] = answersTo(world);
    if (!answer) throw new Error("nothing was sent");
    const outcome = { ...success("a", START), outputs: { "a.out": { v: 7n } } } as never;
    await world.ring.answer([{ ...answer, results: [{ step: "a", outcome }] }]);
    expect(world.ring.quarantined()).toMatchObject([{ runId: BAD, quarantine: { code: "RUN_UNSTORABLE" } }]);
  });
});

it("what storage refuses for one owner holds up nobody else, and comes again", async () => {
  const world = open();
  let isRefused = true;
  const frail: RingStore = {
    ...world.store,
    write(owner, parts) {
      if (owner === BAD && isRefused) throw new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "storage is full"));
      world.store.write(owner, parts);
    },
  };
  for (const id of [BAD, GOOD]) await world.ring.submit(submission(id));
  world.bus.execute.pull(100);
  world.clock.advance(60_000);
  const ring = world.reopen({ store: frail });
  await ring.tick();
  expect(itemsIn(world.bus.execute.pull(100)).map(({ runId: id }) => id)).toEqual([GOOD]);
  expect(ring.quarantined()).toEqual([]);
  expect(world.alarms.at(-1)).toBeGreaterThan(world.clock.now());
  isRefused = false;
  world.clock.advance(5_000);
  await ring.tick();
  expect(itemsIn(world.bus.execute.pull(100)).map(({ runId: id }) => id)).toContain(BAD);
});

/** The same code a release later: a run has one more version. */
const LATER: StoredForms = {
  ...STORED_FORMS,
  run: versioned("a run", [...STORED_FORMS.run.upgraders, (old: object) => ({ ...old, v: 99 })]),
  "run change": versioned("a change", [...STORED_FORMS["run change"].upgraders, (old: object) => ({ ...old, v: 99 })]),
};

describe("a deployment that is rolled back", () => {
  it("sets aside what the later one wrote, goes on with the rest, and the later one takes all up again", async () => {
    const world = open();
    await world.ring.submit(submission(GOOD));
    const newer = world.reopen({ forms: LATER });
    await newer.submit({ ...submission(BAD), record: runCodec(LATER).encode(stateOf(BAD)) });
    world.bus.execute.pull(100);
    world.clock.advance(60_000);
    const older = world.reopen();
    await older.tick();
    expect(older.quarantined()).toMatchObject([{ runId: BAD, quarantine: { code: "RECORD_NEWER" } }]);
    expect(await older.retry(BAD)).toMatchObject({ kind: "quarantined" });
    await work(world, older);
    expect(statusOf(older, GOOD)).toBe("succeeded");
    const again = world.reopen({ forms: LATER });
    await again.tick();
    expect(again.quarantined()).toEqual([]);
    await work(world, again);
    const read = runCodec(LATER).read(released(BAD, again.read(BAD)) ?? "");
    expect(read.ok && read.value.header.status).toBe("succeeded");
  });

  it("refuses a run that a later gateway sends, so that it is sent again", async () => {
    const world = open();
    const record = runCodec(LATER).encode(stateOf(BAD));
    await expect(world.ring.submit({ ...submission(BAD), record })).rejects.toMatchObject({
      fault: { code: "RECORD_NEWER" },
    });
    expect(world.store.owners()).toEqual([]);
  });
});
