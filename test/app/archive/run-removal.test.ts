import { describe, expect, it } from "vitest";
import { ANY_RUN } from "../../../src/core/search/run-query.ts";
import type { MemoryPorts } from "../../../src/embedded/memory-engine.ts";
import { auditArchive, rowsOf } from "../../support/archive-audit.ts";
import { sampleDeadLetter } from "../../support/contracts/dead-letter-store.ts";
import { sampleSummary } from "../../support/contracts/run-index.ts";
import { effectNode, pureNode, testEngine, type TestEngine } from "../../support/engines.ts";
import { failFirst, failing } from "../../support/failing.ts";
import { CALL, callFor } from "../../support/call.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
const TWICE = effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`);

async function send(world: TestEngine, want: string, value: string, extra = {}): Promise<string> {
  const sent = await world.send("goal.run", { want: [want], given: { "text.in": value } }, extra);
  if (!sent.ok) throw new Error(sent.error.message);
  return sent.value.runId;
}

/** A world with three archived runs, the middle one about a secret. */
async function archived(ports?: (ports: MemoryPorts) => MemoryPorts) {
  const world = await testEngine([SHOUT, TWICE], ports);
  const ids = [
    await send(world, "text.loud", "first"),
    await send(world, "text.twice", "secret"),
    await send(world, "text.loud", "last"),
  ];
  await world.settle();
  return { world, ids, secret: ids[1] ?? "", others: [ids[0] ?? "", ids[2] ?? ""] };
}

async function everything({ engine }: TestEngine): Promise<string> {
  const texts: string[] = [];
  for (const key of await engine.ports.blobs.list("")) texts.push((await engine.ports.blobs.get(key)) ?? "");
  return texts.join("\n");
}

describe("deleting a run", () => {
  it("makes it unknown to every route, erases its bytes, and leaves its neighbours alone", async () => {
    const { world, secret, others } = await archived();
    const { runs, control, removal, search } = world.engine.services;
    const before = await Promise.all(others.map((id) => runs.view(CALL, id)));
    expect(await everything(world)).toMatch(/secret/i);
    expect(await removal.remove(CALL, secret)).toEqual({ ok: true, value: null });
    expect(await runs.view(CALL, secret)).toBeNull();
    expect(await runs.result(CALL, secret)).toMatchObject({ ok: false, error: { code: "RUN_NOT_FOUND" } });
    expect(await runs.events(CALL, secret, 0)).toBeNull();
    expect(await control.exportRun(CALL, secret)).toMatchObject({ ok: false, error: { code: "RUN_NOT_FOUND" } });
    expect(await everything(world)).not.toMatch(/secret/i);
    expect(await Promise.all(others.map((id) => runs.view(CALL, id)))).toEqual(before);
    expect((await rowsOf(world.engine.ports)).map(({ runId }) => runId).toSorted()).toEqual(others.toSorted());
    expect(
      JSON.stringify(await search.search(CALL, { ...ANY_RUN, node: "twice" }, { limit: 9, after: null })),
    ).not.toContain(secret);
    expect(await auditArchive(world.engine.ports)).toEqual([]);
  });

  it("twice changes nothing more, and an unknown run is unknown", async () => {
    const { world, secret } = await archived();
    const { removal } = world.engine.services;
    await removal.remove(CALL, secret);
    expect(await removal.remove(CALL, secret)).toEqual({ ok: true, value: null });
    for (const id of ["nonsense", "r00_00000000000000000000000000"]) {
      expect(await removal.remove(CALL, id)).toMatchObject({ ok: false, error: { code: "RUN_NOT_FOUND" } });
    }
  });

  it("of another tenant is refused, wherever the run is", async () => {
    const { world, secret } = await archived();
    const live = await send(world, "text.twice", "more");
    for (const id of [secret, live]) {
      expect(await world.engine.services.removal.remove(callFor("other"), id)).toMatchObject({
        error: { code: "RUN_NOT_FOUND" },
      });
    }
    expect(await world.engine.services.runs.view(CALL, secret)).not.toBeNull();
  });

  it("waits for its end, and for the archive", async () => {
    const world = await testEngine([SHOUT, TWICE]);
    const id = await send(world, "text.twice", "hey");
    const { removal } = world.engine.services;
    expect(await removal.remove(CALL, id)).toMatchObject({ ok: false, error: { code: "RUN_NOT_FINISHED" } });
    await world.engine.deliver();
    expect(await removal.remove(CALL, id)).toMatchObject({ ok: false, error: { code: "RUN_NOT_ARCHIVED" } });
    await world.settle();
    expect(await removal.remove(CALL, id)).toEqual({ ok: true, value: null });
  });

  it("takes its dead letters with it, whose messages hold its values", async () => {
    const { world, secret } = await archived();
    const { deadLetters, blobs } = world.engine.ports;
    const letter = sampleDeadLetter({ runId: secret, payloadKey: "dead-letters/2026-01-01/default/m.json" });
    const other = sampleDeadLetter({ id: "other", runId: "r00_1" });
    await blobs.put(letter.payloadKey, '"secret"');
    await deadLetters.record(letter);
    await deadLetters.record(other);
    await world.engine.services.removal.remove(CALL, secret);
    expect(await deadLetters.get("default", letter.id)).toBeNull();
    expect(await deadLetters.get("default", "other")).toEqual(other);
    expect(await everything(world)).not.toContain("secret");
  });

  it("forgets a row nobody has a run for", async () => {
    const world = await testEngine([SHOUT]);
    const ghost = sampleSummary({ runId: "r00_00000000000000000000000000" });
    await world.engine.parts.index.put([ghost]);
    expect(await world.engine.services.removal.remove(CALL, ghost.runId)).toEqual({ ok: true, value: null });
    expect(await rowsOf(world.engine.ports)).toEqual([]);
  });

  it("many at once in one object are all erased", async () => {
    const { world, ids } = await archived();
    await Promise.all(ids.map((id) => world.engine.services.removal.remove(CALL, id)));
    expect(await world.engine.ports.blobs.list("runs/")).toEqual([]);
    expect(await auditArchive(world.engine.ports)).toEqual([]);
  });

  it("a repeated request with the key of a deleted run is told apart from the first", async () => {
    const world = await testEngine([SHOUT]);
    const key = { metadata: { idempotency_key: "k" } };
    const id = await send(world, "text.loud", "hey", key);
    await world.settle(60_000);
    await world.engine.services.removal.remove(CALL, id);
    const again = await world.send("goal.run", { want: ["text.loud"], given: { "text.in": "hey" } }, key);
    expect(again).toMatchObject({ ok: false, error: { code: "RUN_DELETED", message: expect.stringContaining(id) } });
    const other = await world.send("goal.run", { want: ["text.loud"], given: { "text.in": "ho" } }, key);
    expect(other).toMatchObject({ ok: false, error: { code: "IDEMPOTENCY_CONFLICT" } });
  });
});

describe("what fails in between is done by a repeat or by the sweep", () => {
  const scenarios: [string, (ports: MemoryPorts) => MemoryPorts][] = [
    ["the ring does not answer", (p) => ({ ...p, coordinator: failing(p.coordinator, failFirst("read", 1)) })],
    ["the index does not answer", (p) => ({ ...p, parts: failing(p.parts, failFirst("find", 1)) })],
    ["the deletion is not noted", (p) => ({ ...p, retention: failing(p.retention, failFirst("delete", 1)) })],
    [
      "the deletion's answer is lost",
      (p) => ({ ...p, retention: failing(p.retention, failFirst("delete", 1, "after")) }),
    ],
    ["the archive does not answer", (p) => ({ ...p, blobs: failing(p.blobs, failFirst("replace", 1)) })],
    ["the archive's answer is lost", (p) => ({ ...p, blobs: failing(p.blobs, failFirst("replace", 1, "after")) })],
    ["the erasure is not noted", (p) => ({ ...p, archiveBook: failing(p.archiveBook, failFirst("settle", 1)) })],
    ["the dead letters do not answer", (p) => ({ ...p, deadLetters: failing(p.deadLetters, failFirst("ofRun", 1)) })],
  ];
  it.each(scenarios)("%s", async (_, ports) => {
    const { world, secret, others } = await archived(ports);
    const { removal, runs } = world.engine.services;
    const first = await removal.remove(CALL, secret);
    if (!first.ok) {
      expect(first.error.code).toBe("SERVICE_UNAVAILABLE");
      expect(await removal.remove(CALL, secret)).toEqual({ ok: true, value: null });
    }
    expect(await runs.view(CALL, secret)).toBeNull();
    await world.engine.sweep({ retention: { days: 0 } });
    expect(await everything(world)).not.toMatch(/secret/i);
    expect(await auditArchive(world.engine.ports)).toEqual([]);
    for (const id of others) expect(await runs.view(CALL, id)).toMatchObject({ status: "succeeded" });
  });
});
