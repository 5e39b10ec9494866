import { describe, expect, it } from "vitest";
import { ANY_DEAD_LETTER } from "../../../src/core/dead-letters/query.ts";
import { failFirst, failing } from "../../support/failing.ts";
import { CALL, callFor } from "../../support/call.ts";
import { CORRELATION, page, withLostWork } from "./support/lost-work.ts";

describe("a lost work item", () => {
  it("leaves an entry with its lineage, its message, and how its run stands now", async () => {
    const { runId, id, service } = await withLostWork();
    const entry = await service.get(CALL, id);
    expect(entry).toMatchObject({
      id,
      status: "open",
      original_topic: "execute",
      original_message: { key: runId, value: { href: `/v1/dead-letters/${id}/payload` }, offset: id, partition: null },
      message_type: "work",
      error_type: "consumer_error",
      failure_reason: "the queue gave up redelivering it",
      correlation_id: CORRELATION,
      retry_count: 3,
      lineage: { run_id: runId, epoch: 1, steps: [{ id: "twice", attempt: 1 }], redrives: 0, redriven_at: null },
      resolution: null,
      standing: { kind: "waiting" },
      run: { run_id: runId, status: "running", steps: [{ id: "twice", status: "leased", attempts: [{ epoch: 1 }] }] },
    });
    expect(await service.payload(CALL, id)).toMatchObject({ ok: true, value: { type: "work", work: { runId } } });
    expect((await service.search(CALL, { ...ANY_DEAD_LETTER, runId }, page)).items).toMatchObject([{ id }]);
  });

  it("is told to its ring, so the run goes on and the message is stale", async () => {
    const { world, runId, id, service } = await withLostWork((p) => p);
    expect(await service.get(CALL, id)).toMatchObject({ standing: { kind: "stale" }, run: { status: "running" } });
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { outcome: "stale", error: null } });
    expect(await service.get(CALL, id)).toMatchObject({
      status: "resolved",
      resolution: { reason: expect.stringContaining(runId) },
    });
    await world.settle();
    expect(await world.engine.services.runs.view(CALL, runId)).toMatchObject({ status: "succeeded" });
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { outcome: "ended" } });
    expect(world.engine.ports.bus.execute.size).toBe(0);
  });

  it("that its run waits for is sent again, ends the run, and is resolved by the sweep", async () => {
    const { world, runId, id, service } = await withLostWork();
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { id, outcome: "redriven" } });
    expect(world.engine.ports.bus.execute.size).toBe(1);
    await world.engine.deliver();
    expect(await world.engine.services.runs.view(CALL, runId)).toMatchObject({ status: "succeeded" });
    expect(await service.get(CALL, id)).toMatchObject({ status: "redriven", lineage: { redrives: 1 } });
    world.clock.advance(11 * 60_000);
    await world.engine.sweep({ retention: { days: 0 } });
    expect(await service.get(CALL, id)).toMatchObject({
      status: "resolved",
      resolution: { reason: expect.stringContaining("succeeded") },
    });
  });

  it("is not sent twice in a row", async () => {
    const { world, id, service } = await withLostWork();
    const outcomes = [await service.redrive(CALL, id), await service.redrive(CALL, id)];
    expect(outcomes.map((outcome) => outcome.ok && outcome.value["outcome"])).toEqual(["redriven", "pending"]);
    expect(world.engine.ports.bus.execute.size).toBe(1);
  });

  it("that dies again is the same entry, open again, with all its retries", async () => {
    const { world, id, service } = await withLostWork();
    await service.redrive(CALL, id);
    const { bus } = world.engine.ports;
    for (let n = 0; n < 4; n++) for (const delivery of bus.execute.pull(10)) delivery.retry();
    await world.engine.deliver();
    expect(await service.get(CALL, id)).toMatchObject({
      status: "open",
      retry_count: 6,
      lineage: { redrives: 1 },
    });
    expect((await service.search(CALL, ANY_DEAD_LETTER, page)).items).toHaveLength(1);
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { outcome: "redriven" } });
    expect(await service.get(CALL, id)).toMatchObject({ lineage: { redrives: 2 } });
  });

  it("whose lease has run out is not sent: the consumer would drop it", async () => {
    const { world, id, service } = await withLostWork();
    world.clock.advance(60_000);
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { outcome: "stale" } });
    expect(world.engine.ports.bus.execute.size).toBe(0);
  });

  it("stays open while the bus is down, with the bus's code", async () => {
    const { id, service } = await withLostWork((p) => ({
      ...p,
      coordinator: failing(p.coordinator, failFirst("undeliverable", 99)),
      bus: failing(
        p.bus,
        (method, call) => (method === "publishWork" && call === 2 ? "before" : null),
        "EVENT_BUS_ERROR",
      ),
    }));
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: false, error: { code: "EVENT_BUS_ERROR" } });
    expect(await service.get(CALL, id)).toMatchObject({ status: "open", lineage: { redrives: 0 } });
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { outcome: "redriven" } });
  });

  it("sent but not noted as sent may be sent again, and still runs once", async () => {
    const { world, runId, id, service } = await withLostWork((p) => ({
      ...p,
      coordinator: failing(p.coordinator, failFirst("undeliverable", 99)),
      deadLetters: failing(p.deadLetters, failFirst("redriven", 1)),
    }));
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: false, error: { code: "SERVICE_UNAVAILABLE" } });
    expect(await service.redrive(CALL, id)).toMatchObject({ ok: true, value: { outcome: "redriven" } });
    expect(world.engine.ports.bus.execute.size).toBe(2);
    await world.settle();
    const run = await world.engine.services.runs.view(CALL, runId);
    expect(run).toMatchObject({ status: "succeeded", outputs: { "text.twice": "HEY HEY" } });
    const snapshot = await world.engine.ports.registry.snapshot("default");
    expect(snapshot.trust.get("twice@1.0.0")).toMatchObject({ samples: 1 });
  });

  it("whose message is gone is refused", async () => {
    const { world, id, service } = await withLostWork();
    await world.engine.ports.blobs.delete(await world.engine.ports.blobs.list("dead-letters/"));
    expect(await service.payload(CALL, id)).toMatchObject({
      ok: false,
      error: { code: "VALUE_UNAVAILABLE", retryable: false },
    });
    expect(await service.redrive(CALL, id)).toMatchObject({
      ok: false,
      error: { code: "DEAD_LETTER_UNREADABLE" },
    });
    expect(await service.get(CALL, id)).toMatchObject({
      standing: { kind: "unreadable" },
      run: { status: "running" },
    });
  });

  it("is shown even when its ring does not answer", async () => {
    const { id, service } = await withLostWork((p) => ({
      ...p,
      coordinator: failing(p.coordinator, (method) =>
        method === "values" || method === "undeliverable" ? "before" : null,
      ),
    }));
    expect(await service.get(CALL, id)).toMatchObject({ id, standing: { kind: "unknown" }, run: null });
  });

  it("belongs to its tenant", async () => {
    const { id, service } = await withLostWork();
    expect(await service.get(callFor("other"), id)).toBeNull();
    expect(await service.redrive(callFor("other"), id)).toMatchObject({
      ok: false,
      error: { code: "DEAD_LETTER_NOT_FOUND" },
    });
  });
});
