import { describe, expect, it } from "vitest";
import { ANY_RUN } from "../../../src/core/search/run-query.ts";
import type { ArchiveMessage } from "../../../src/core/messages/ring-messages.ts";
import { consumeArchive } from "../../../src/app/archive/archive-consumer.ts";
import type { MemoryPorts } from "../../../src/embedded/memory-engine.ts";
import { seededIds } from "../../../src/infra/memory/ids.ts";
import type { Delivery } from "../../../src/spi/event-bus.ts";
import { auditArchive, rowsOf } from "../../support/archive-audit.ts";
import { effectNode, pureNode, testEngine, type TestEngine } from "../../support/engines.ts";
import { failFirst, failing } from "../../support/failing.ts";
import { CALL } from "../../support/call.ts";
import { received } from "../../support/received.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
const TWICE = effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`);
const goal = (want: string, value = "hey") => ({ want: [want], given: { "text.in": value } });

async function send(world: TestEngine, want: string, tags: readonly string[] = []): Promise<string> {
  const sent = await world.send("goal.run", goal(want), { metadata: { tags: [...tags] } });
  if (!sent.ok) throw new Error(sent.error.message);
  return sent.value.runId;
}

const page = { limit: 10, after: null };

describe("the index", () => {
  it("knows a run under way, and its end", async () => {
    const world = await testEngine([SHOUT, TWICE]);
    const id = await send(world, "text.twice", ["nightly"]);
    const { bus } = world.engine.ports;
    const { index } = world.engine.parts;
    world.clock.advance(1_000);
    await world.engine.fireAlarms();
    const work = bus.execute.pull(10);
    await world.engine.deliver();
    const found = async () =>
      (await index.search("default", { ...ANY_RUN, tag: "nightly", node: "twice" }, page)).items;
    expect(await found()).toMatchObject([{ runId: id, status: "running", finishedAt: null, archive: null }]);
    for (const delivery of work) delivery.retry();
    await world.settle();
    expect(await found()).toMatchObject([{ runId: id, status: "succeeded", nodes: ["shout@1.0.0", "twice@1.0.0"] }]);
  });

  it("late news of a run that has ended changes nothing", async () => {
    const world = await testEngine([SHOUT, TWICE]);
    const id = await send(world, "text.twice");
    world.clock.advance(1_000);
    await world.engine.fireAlarms();
    const late = world.engine.ports.bus.events.pull(10).filter(({ body }) => body.type === "started");
    expect(late).toHaveLength(1);
    await world.settle();
    const ended = await world.engine.parts.index.get("default", id);
    for (const delivery of late) delivery.retry();
    await world.engine.deliver();
    expect(await world.engine.parts.index.get("default", id)).toEqual(ended);
  });
});

describe("archiving", () => {
  it("accounts for every byte", async () => {
    const world = await testEngine([SHOUT, TWICE]);
    for (const want of ["text.loud", "text.twice", "text.loud"]) await send(world, want);
    await world.settle();
    expect(await auditArchive(world.engine.ports)).toEqual([]);
    expect(await rowsOf(world.engine.ports)).toHaveLength(3);
  });

  it("writes objects of bounded size", async () => {
    const world = await testEngine([SHOUT]);
    for (let n = 0; n < 510; n++) await send(world, "text.loud");
    await world.settle();
    expect((await world.engine.ports.blobs.list("runs/")).length).toBeGreaterThanOrEqual(2);
    expect(await rowsOf(world.engine.ports)).toHaveLength(510);
    expect(await auditArchive(world.engine.ports)).toEqual([]);
  });

  const scenarios: [string, (ports: MemoryPorts) => MemoryPorts][] = [
    ["the object is not stored at first", (p) => ({ ...p, blobs: failing(p.blobs, failFirst("put", 2)) })],
    ["the rows are not stored at first", (p) => ({ ...p, parts: failing(p.parts, failFirst("store", 2)) })],
    [
      "the rows are stored but nobody is told",
      (p) => ({ ...p, parts: failing(p.parts, failFirst("store", 2, "after")) }),
    ],
    ["trust does not answer at first", (p) => ({ ...p, trust: failing(p.trust, failFirst("report", 2)) })],
    ["the ring is not told at first", (p) => ({ ...p, coordinator: failing(p.coordinator, failFirst("archived", 2)) })],
    [
      "the ring's answer is lost",
      (p) => ({ ...p, coordinator: failing(p.coordinator, failFirst("archived", 2, "after")) }),
    ],
  ];
  it.each(scenarios)(
    "%s: one record of each run in the end, every byte accounted for by the sweep",
    async (_, ports) => {
      const world = await testEngine([SHOUT, TWICE], ports);
      const ids = [await send(world, "text.loud"), await send(world, "text.twice")];
      await world.settle();
      for (const id of ids)
        expect(await world.engine.services.runs.view(CALL, id)).toMatchObject({ status: "succeeded" });
      world.clock.advance(3 * 86_400_000);
      expect(await world.engine.sweep({ retention: { days: 0 } })).toMatchObject({ failed: [] });
      expect(await auditArchive(world.engine.ports)).toEqual([]);
      expect((await rowsOf(world.engine.ports)).map(({ runId }) => runId).toSorted()).toEqual(ids.toSorted());
    },
  );

  it("a batch that is archived already is not written again", async () => {
    const put: string[] = [];
    const world = await testEngine([SHOUT], (p) => ({
      ...p,
      coordinator: failing(p.coordinator, failFirst("archived", 3)),
      blobs: { ...p.blobs, put: (key, body) => (put.push(key), p.blobs.put(key, body)) },
    }));
    await send(world, "text.loud");
    await world.settle();
    expect(put).toHaveLength(1);
    expect(world.engine.nextAlarm()).toBeNull();
  });

  it("two consumers with the same batch leave one record of each run", async () => {
    const world = await testEngine([SHOUT]);
    const ids = [await send(world, "text.loud"), await send(world, "text.loud")];
    const { ports } = world.engine;
    const { bus } = ports;
    world.clock.advance(1_000);
    await world.engine.fireAlarms();
    const deliveries = bus.events.pull(10).filter(({ body }) => body.type === "archive") as Delivery<ArchiveMessage>[];
    expect(deliveries.length).toBeGreaterThan(0);
    const archive = world.engine.parts;
    await Promise.all(
      [1, 2].map((seed) => consumeArchive(deliveries.map(received), { ...archive, ids: seededIds(seed) })),
    );
    expect(await auditArchive(ports)).toEqual([]);
    expect((await rowsOf(ports)).map(({ runId }) => runId).toSorted()).toEqual(ids.toSorted());
  });

  it("dead bytes whose erasing failed are erased by the sweep", async () => {
    const world = await testEngine([SHOUT], (p) => ({ ...p, blobs: failing(p.blobs, failFirst("replace", 2)) }));
    await send(world, "text.loud");
    const { ports } = world.engine;
    world.clock.advance(1_000);
    await world.engine.fireAlarms();
    const deliveries = ports.bus.events.pull(10) as Delivery<ArchiveMessage>[];
    const archive = world.engine.parts;
    await Promise.all(
      [1, 2].map((seed) => consumeArchive(deliveries.map(received), { ...archive, ids: seededIds(seed) })),
    );
    expect(await auditArchive(ports)).not.toEqual([]);
    expect(await world.engine.sweep({ retention: { days: 0 } })).toMatchObject({ failed: ["erased_objects"] });
    expect(await world.engine.sweep({ retention: { days: 0 } })).toEqual({ done: { erased_objects: 1 }, failed: [] });
    expect(await auditArchive(ports)).toEqual([]);
  });
});
