import { describe, expect, it } from "vitest";
import { Ring } from "../../../src/app/ring/ring.ts";
import { DEFAULT_RING, type RingPorts } from "../../../src/app/ring/ports.ts";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import { encodeRun, readRun, runCodec } from "../../../src/core/run/codec/codec.ts";
import { runId } from "../../../src/core/run/model/run-id.ts";
import type { RunState } from "../../../src/core/run/model/state.ts";
import { isQuarantined, released } from "../../../src/core/run/quarantine/quarantine.ts";
import { partingOf } from "../../../src/core/run/reduce/departure.ts";
import { reduce } from "../../../src/core/run/reduce/reduce.ts";
import { STORED_FORMS, type StoredForms } from "../../../src/core/stored/forms.ts";
import { versioned } from "../../../src/core/stored/stored-form.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { memoryEventBus } from "../../../src/infra/memory/queues/event-bus.ts";
import { memoryTriggerBus } from "../../../src/infra/memory/queues/trigger-bus.ts";
import { memoryRingStore } from "../../../src/infra/memory/runs/ring-store.ts";
import { systemTimer } from "../../../src/infra/system/clock.ts";
import type { Log, LogFields } from "../../../src/spi/log.ts";
import type { RingStore } from "../../../src/spi/ring-store.ts";
import { sketchPlan } from "../../support/plans.ts";
import { worksIn } from "../../support/received.ts";
import { beginRun, success } from "../../support/runs.ts";

const SETTINGS = { ...DEFAULT_RING, leases: { graceMs: 1_000, maxExpiries: 3 } };
const START = 1_000_000;
const GOOD = runId(0, "000000000000000000000000A1");
const BAD = runId(0, "000000000000000000000000B1");
const OTHER = runId(0, "000000000000000000000000C1");

/** A ring whose storage outlives it, with all that leaves it in the open. */
function open(changes: Partial<RingPorts> = {}) {
  const clock = fixedClock(START);
  const store = memoryRingStore();
  const bus = memoryEventBus();
  const triggerBus = memoryTriggerBus();
  const alarms: number[] = [];
  const logged: (LogFields & { readonly message: string })[] = [];
  const note = (message: string, fields: LogFields): void => void logged.push({ message, ...fields });
  const log: Log = { info: note, warn: note, error: note };
  const alarm = { arm: (at: number) => void alarms.push(at) };
  const make = (ports: Partial<RingPorts> = {}): Ring =>
    new Ring(0, { store, alarm, bus, triggerBus, clock, timer: systemTimer, log, ...changes, ...ports }, SETTINGS);
  return { clock, store, bus, triggerBus, alarms, logged, ring: make(), reopen: make };
}
type World = ReturnType<typeof open>;

const stateOf = (id: string, changes: Partial<RunState["header"]> = {}): RunState => {
  const begun = beginRun(sketchPlan([{ id: "a" }, { id: "b", needs: ["a"] }]), START);
  return { ...begun, header: { ...begun.header, id, requestHash: "h", ...changes } };
};
const submission = (id: string, changes: Partial<RunState["header"]> = {}) => ({
  runId: id,
  requestHash: "h",
  keyed: false,
  finished: null,
  record: encodeRun(stateOf(id, changes)),
});

const answersTo = ({ bus }: World, only?: readonly string[]) =>
  worksIn(bus.execute.pull(100)).flatMap((work) =>
    only && !only.includes(work.runId)
      ? []
      : [
          {
            runId: work.runId,
            segment: work.segment,
            token: work.token,
            results: work.steps.map(({ id }) => ({ step: id, outcome: success(id, START) })),
          },
        ],
  );
/** Runs are executed to their end. */
async function work(world: World, ring: Ring): Promise<void> {
  for (let turns = 0; turns < 4; turns++) await ring.answer(answersTo(world));
}
const statusOf = (ring: Ring, id: string): string => {
  const read = readRun(released(id, ring.read(id)) ?? "");
  return read.ok ? read.value.header.status : "unreadable";
};
const rewrite = ({ store }: World, id: string, change: (body: string) => string): void => {
  for (const part of store.read(id)) store.write(id, [{ ...part, body: change(part.body) }]);
};
const batchesOf = (world: World): readonly number[] =>
  world.bus.events.pull(100).flatMap(({ body }) => (body.type === "archive" ? [body.batch] : []));

const later = (body: string): string => body.replace(/"v":\d+,"header"/, '"v":99,"header"');
const half = (body: string): string => body.slice(0, body.length / 2);

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
    expect(worksIn(world.bus.execute.pull(100)).map(({ runId: id }) => id)).toEqual([GOOD, OTHER]);
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
  expect(worksIn(world.bus.execute.pull(100)).map(({ runId: id }) => id)).toEqual([GOOD]);
  expect(ring.quarantined()).toEqual([]);
  expect(world.alarms.at(-1)).toBeGreaterThan(world.clock.now());
  isRefused = false;
  world.clock.advance(5_000);
  await ring.tick();
  expect(worksIn(world.bus.execute.pull(100)).map(({ runId: id }) => id)).toContain(BAD);
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
