import { describe, expect, it } from "vitest";
import { ANY_DEAD_LETTER } from "../../../src/core/dead-letters/query.ts";
import { bury } from "../../../src/app/deliver/bury.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { testEngine, type TestEngine } from "../../support/engines.ts";
import { failFirst, failing } from "../../support/failing.ts";
import { CALL } from "../../support/call.ts";
import { SHOUT, TWICE, page, send } from "./support/lost-work.ts";

/** An engine whose first `times` archives fail, and when its rings have asked for one. */
async function withoutArchive(times: number) {
  const asked: { readonly at: number; readonly ring: number; readonly batch: number }[] = [];
  const world: TestEngine = await testEngine([SHOUT], (p) => ({
    ...p,
    parts: failing(p.parts, failFirst("store", times)),
    bus: {
      ...p.bus,
      publishEvents: (events) => {
        for (const event of events)
          if (event.type === "archive") asked.push({ at: world.clock.now(), ring: event.ring, batch: event.batch });
        return p.bus.publishEvents(events);
      },
    },
  }));
  const sent = await world.send("goal.run", { want: ["text.loud"], given: { "text.in": "hey" } });
  return { world, asked, runId: sent.ok ? sent.value.runId : "" };
}

describe("runs that could not be archived", () => {
  it("are asked for ever more rarely, one message at a time, until they are archived, and are nobody's dead letters", async () => {
    const { world, asked, runId } = await withoutArchive(12);
    await world.settle(20 * 60_000);
    expect(await world.engine.services.runs.view(CALL, runId)).toMatchObject({ status: "succeeded" });
    expect(await world.engine.parts.index.get("default", runId)).toBeNull();
    await world.settle(24 * 3_600_000);
    expect(await world.engine.parts.index.get("default", runId)).toMatchObject({ status: "succeeded" });
    expect(new Set(asked.map(({ batch }) => batch)).size).toBe(1);
    expect(asked).toHaveLength(13);
    const pauses = asked.slice(1).map(({ at }, n) => at - (asked[n]?.at ?? 0));
    expect(pauses[0]).toBe(30_000);
    // Each at least as long as all before it, until they are as long as they get.
    for (const [n, pause] of pauses.entries()) {
      const before = pauses.slice(0, n).reduce((sum, one) => sum + one, 0);
      expect(pause).toBeGreaterThanOrEqual(Math.min(before, 300_000));
      expect(pause).toBeLessThanOrEqual(600_000);
    }
    expect(new Set(pauses.slice(-4)).size).toBe(4);
    expect((await world.engine.services.deadLetters.search(CALL, ANY_DEAD_LETTER, page)).items).toEqual([]);
  });

  /** Earlier releases buried them. */
  async function buried({ engine, clock }: TestEngine, { ring = -1, batch = -1 } = {}): Promise<string> {
    const message = { type: "archive", version: 1, ring, batch } as const;
    const death = {
      errorType: "consumer_error",
      reason: "its consumer kept failing",
      cause: null,
      retries: 5,
    } as const;
    const remains = { id: "d", queue: "events", body: message, message };
    return bury(remains, death, { ...engine.ports, log: silentLog, clock });
  }

  it("and were buried by an earlier release can still be redriven, and are resolved once they are archived", async () => {
    const { world, asked } = await withoutArchive(1);
    await world.settle(5_000);
    const id = await buried(world, asked[0]);
    expect(id).toMatch(/^archive-0\d-\d+$/);
    const service = world.engine.services.deadLetters;
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { outcome: "redriven" } });
    await world.settle();
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { outcome: "ended" } });
  });

  it("and were buried by an earlier release are resolved by the sweep once they are archived", async () => {
    const { world, asked } = await withoutArchive(1);
    await world.settle(5_000);
    await buried(world, asked[0]);
    const open = { ...ANY_DEAD_LETTER, status: "open" } as const;
    await world.engine.sweep({ retention: { days: 0 } });
    expect((await world.engine.ports.deadLetters.search("default", open, page)).items).toHaveLength(1);
    await world.settle();
    await world.engine.sweep({ retention: { days: 0 } });
    expect((await world.engine.ports.deadLetters.search("default", open, page)).items).toEqual([]);
  });
});

describe("news that could not be told", () => {
  it("is sent again while its run is under way", async () => {
    const world = await testEngine([SHOUT, TWICE], (p) => ({ ...p, parts: failing(p.parts, failFirst("store", 6)) }));
    const runId = await send(world);
    const { bus } = world.engine.ports;
    const work = bus.execute.pull(10);
    world.clock.advance(1_000);
    await world.engine.fireAlarms();
    await world.engine.deliver();
    const service = world.engine.services.deadLetters;
    const [entry] = (await service.search(CALL, { ...ANY_DEAD_LETTER, messageType: "started" }, page)).items;
    expect(await service.redrive(CALL, String(entry?.["id"]))).toMatchObject({
      ok: true,
      value: { outcome: "redriven" },
    });
    await world.engine.deliver();
    expect(await world.engine.parts.index.get("default", runId)).toMatchObject({ status: "running" });
    expect(await service.redrive(CALL, String(entry?.["id"]))).toMatchObject({
      ok: true,
      value: { outcome: "ended" },
    });
    for (const delivery of work) delivery.ack();
  });
});
