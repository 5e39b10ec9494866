import { describe, expect, it } from "vitest";
import type { RunId } from "../../../src/core/run/model/state.ts";
import { ok } from "../../../src/core/result.ts";
import { callFor } from "../../support/call.ts";
import { curse, CURSED, type Curse } from "../../support/cursed.ts";
import { effectNode, testEngine, type TestEngine } from "../../support/engines.ts";
import { failFirst, failing } from "../../support/failing.ts";

const TWICE = effectNode("twice", "text.in", "text.twice", (text) => `${text} ${text}`);
const GOAL = { want: ["text.twice"], given: { "text.in": "hey" } };
const FIRST = { limit: 100, after: null };

const own = callFor("default");
const others = callFor("acme");

async function send(world: TestEngine, tags: readonly string[], extra: object = {}): Promise<RunId> {
  const sent = await world.send("goal.run", GOAL, { metadata: { tags }, ...extra });
  if (!sent.ok) throw new Error(sent.error.message);
  return sent.value.runId;
}

/** An engine in which one run out of two was set aside. */
async function world(): Promise<{ world: TestEngine; spell: Curse; good: RunId; bad: RunId }> {
  const spell = curse();
  const made = await testEngine([TWICE], spell.ports);
  const [bad, good] = [await send(made, [CURSED]), await send(made, [])];
  await made.settle(60_000);
  return { world: made, spell, good, bad };
}

describe("a run that was set aside", () => {
  it("is listed and counted, is no unfinished run, and nobody else is kept up", async () => {
    const { world: made, good, bad } = await world();
    const { quarantine, runs, metrics } = made.engine.services;
    expect(await quarantine.list(own, FIRST)).toMatchObject({
      runs: [{ run_id: bad, code: "RUN_UNDECIDABLE", operation: "goal.run", tags: [CURSED], want: ["text.twice"] }],
      next: null,
    });
    expect((await metrics.read(own)).runs).toMatchObject({ quarantined: { RUN_UNDECIDABLE: 1 }, unfinished: {} });
    expect(await runs.view(own, good)).toMatchObject({ status: "succeeded" });
    expect(await quarantine.get(own, bad)).toMatchObject({ ok: true, value: { run_id: bad } });
  });

  it("can be had as it is stored, tried again in vain, and again once the mistake is mended", async () => {
    const { world: made, spell, bad } = await world();
    const { quarantine, runs } = made.engine.services;
    const raw = await quarantine.raw(own, bad);
    expect(raw).toMatchObject({ ok: true, value: { run_id: bad, parts: [{ part: "r" }] } });
    expect(raw.ok && (JSON.parse(raw.value.parts[0]?.body ?? "") as object)).toMatchObject({ header: { id: bad } });
    expect(await quarantine.retry(own, bad)).toMatchObject({
      ok: true,
      value: { released: false, status: null, quarantine: { code: "RUN_UNDECIDABLE" } },
    });
    expect((await quarantine.list(own, FIRST)).runs).toHaveLength(1);
    spell.isMended = true;
    expect(await quarantine.retry(own, bad)).toEqual(
      ok({ run_id: bad, released: true, status: "running", quarantine: null }),
    );
    expect((await quarantine.list(own, FIRST)).runs).toEqual([]);
    await made.settle();
    expect(await runs.view(own, bad)).toMatchObject({ status: "succeeded" });
  });

  it("can be ended as failed; it leaves for the archive, and can be deleted then, and not before", async () => {
    const { world: made, bad } = await world();
    const { quarantine, runs, removal } = made.engine.services;
    expect(await removal.remove(own, bad)).toMatchObject({
      error: { code: "RUN_QUARANTINED", hint: expect.stringContaining(`/v1/quarantine/${bad}`) as string },
    });
    expect(await quarantine.end(own, bad, "it is not worth it")).toEqual(ok({ run_id: bad, status: "failed" }));
    await made.settle();
    expect(await runs.view(own, bad)).toMatchObject({
      status: "failed",
      error: { code: "RUN_UNDECIDABLE", message: expect.stringContaining("it is not worth it") as string },
    });
    expect((await quarantine.list(own, FIRST)).runs).toEqual([]);
    expect(await quarantine.end(own, bad, "again")).toMatchObject({ error: { code: "RUN_NOT_FOUND" } });
    expect(await removal.remove(own, bad)).toEqual(ok(null));
    expect(await runs.view(own, bad)).toBeNull();
  });

  it("is nobody's but its tenant's", async () => {
    const { world: made, bad } = await world();
    const { quarantine } = made.engine.services;
    expect((await quarantine.list(others, FIRST)).runs).toEqual([]);
    const unknown = { error: { code: "RUN_NOT_FOUND" } };
    expect(await quarantine.get(others, bad)).toMatchObject(unknown);
    expect(await quarantine.raw(others, bad)).toMatchObject(unknown);
    expect(await quarantine.retry(others, bad)).toMatchObject(unknown);
    expect(await quarantine.end(others, bad, "mine")).toMatchObject(unknown);
    expect((await quarantine.list(own, FIRST)).runs).toHaveLength(1);
  });

  it("is to other tenants a run that does not exist, whatever they ask", async () => {
    const { world: made, bad } = await world();
    const { runs, control, removal, logs } = made.engine.services;
    const unknown = { ok: false, error: { code: "RUN_NOT_FOUND" } };
    expect(await runs.view(others, bad)).toBeNull();
    expect(await runs.events(others, bad, 0)).toBeNull();
    expect(await runs.result(others, bad)).toMatchObject(unknown);
    expect(await runs.value(others, bad, "-", "text.in")).toMatchObject(unknown);
    expect(await logs.logs(others, bad)).toMatchObject(unknown);
    expect(await control.control(others, bad, { type: "cancel", reason: "mine" })).toMatchObject(unknown);
    expect(await control.exportRun(others, bad)).toMatchObject(unknown);
    expect(await removal.remove(others, bad)).toMatchObject(unknown);
    await expect(runs.view(own, bad)).rejects.toMatchObject({ fault: { code: "RUN_QUARANTINED" } });
  });

  it("that no run can be, or that goes on, is unknown", async () => {
    const { world: made, good } = await world();
    const { quarantine } = made.engine.services;
    for (const id of ["gibberish", "r00_01J00000000000000000000000", good])
      expect(await quarantine.get(own, id)).toMatchObject({ error: { code: "RUN_NOT_FOUND" } });
  });

  it("whose ring does not answer is told as such; the list shows what the index knows", async () => {
    const spell = curse();
    let isDown = false;
    const made = await testEngine([TWICE], (ports) => {
      const { coordinator } = ports;
      const quarantined: typeof coordinator.quarantined = (...args) =>
        isDown ? Promise.reject(new Error("no answer")) : coordinator.quarantined(...args);
      return spell.ports({ ...ports, coordinator: { ...coordinator, quarantined } });
    });
    const bad = await send(made, [CURSED]);
    await made.settle(60_000);
    isDown = true;
    const { quarantine } = made.engine.services;
    expect(await quarantine.retry(own, bad)).toMatchObject({ error: { code: "RUNTIME_ERROR" } });
    expect((await quarantine.list(own, FIRST)).runs).toMatchObject([{ run_id: bad, operation: null }]);
  });
});

describe("the index of quarantine", () => {
  it("learns it although the bus, or the index itself, fails at first", async () => {
    const spell = curse();
    const made = await testEngine([TWICE], (ports) =>
      spell.ports({
        ...ports,
        bus: failing(ports.bus, failFirst("publishEvents", 2)),
        quarantine: failing(ports.quarantine, failFirst("settle")),
      }),
    );
    const bad = await send(made, [CURSED]);
    await made.settle();
    expect((await made.engine.services.quarantine.list(own, FIRST)).runs).toMatchObject([{ run_id: bad }]);
  });

  it("of a run that is out of it already is put right by whoever looks", async () => {
    const { world: made, spell, bad } = await world();
    const { ports, services } = made.engine;
    const [stale] = (await ports.quarantine.list("default", FIRST)).items;
    if (!stale) throw new Error("nothing is listed");
    spell.isMended = true;
    await services.quarantine.retry(own, bad);
    await ports.quarantine.settle([], [stale]);
    expect((await services.quarantine.list(own, FIRST)).runs).toEqual([]);
  });
});

describe("retention", () => {
  it("ends what was set aside longer ago than runs are kept, each alone, and then forgets it", async () => {
    const { world: made, bad, good } = await world();
    const { services, sweep, ports } = made.engine;
    const gone = { tenant: "default", runId: "r00_0000000000000000000000000A", code: "RECORD_NEWER" as const };
    await ports.quarantine.settle([], [{ ...gone, message: "gone", since: 1 }]);
    const kept = { retention: { days: 2 } };
    expect((await sweep(kept)).failed).toEqual([]);
    expect((await services.quarantine.list(own, FIRST)).runs).toHaveLength(1);
    made.clock.advance(4 * 24 * 3_600_000);
    expect(await sweep(kept)).toMatchObject({ done: { expired_quarantine: 1 }, failed: [] });
    await made.settle(60_000);
    expect(await services.runs.view(own, bad)).toMatchObject({ status: "failed" });
    expect(await ports.quarantine.find(gone.runId)).toBeNull();
    expect(await services.runs.view(own, good)).toBeNull();
    made.clock.advance(4 * 24 * 3_600_000);
    await sweep(kept);
    expect(await services.runs.view(own, bad)).toBeNull();
  });
});
