import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { encodeRun } from "../../../src/core/run/codec/codec.ts";
import { runId } from "../../../src/core/run/model/run-id.ts";
import type { RunId } from "../../../src/core/run/model/state.ts";
import { durableRingStore } from "../../../src/infra/durable/ring-store.ts";
import { ringName } from "../../../src/infra/durable/run-coordinator.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { seededIds } from "../../../src/infra/memory/ids.ts";
import { systemClock } from "../../../src/infra/system/clock.ts";
import { deployment } from "../../../workers/env.ts";
import { createApp } from "../../../workers/http/app.ts";
import { sketchPlan } from "../../support/plans.ts";
import { beginRun } from "../../support/runs.ts";

const TOKEN = "a-token-of-the-tests-0123456789abcdef";
const { services, consume, parts } = deployment(env);
const app = createApp({
  services: () => services,
  token: () => TOKEN,
  log: silentLog,
  ids: seededIds(1),
  clock: systemClock,
  environment: "test",
  version: "1.2.3",
});
const headers = { authorization: `Bearer ${TOKEN}` };
const ask = async (method: "GET" | "POST" | "DELETE", path: string): Promise<unknown> => {
  const answer = await app.request(path, { method, headers });
  return { status: answer.status, body: answer.status === 204 ? null : await answer.json() };
};

/** A run of two steps, begun in the ring, that nobody executes. */
async function begun(ring: number, name: string): Promise<RunId> {
  const id = runId(ring, name.padStart(26, "0"));
  const now = Date.now();
  const { header, ...rest } = beginRun(sketchPlan([{ id: "a" }, { id: "b", needs: ["a"] }]), now);
  const state = { ...rest, header: { ...header, id, tenant: "default", requestHash: "h" } };
  const kept = { runId: id, requestHash: "h", keyed: false, finished: null, record: encodeRun(state) };
  await parts.coordinator.submit(kept);
  return id;
}

/** Damages what is stored of the run, and evicts its ring. */
async function damage(ring: number, id: RunId, change: (body: string) => string): Promise<string> {
  const stub = env.RINGS_NS.getByName(ringName(ring));
  const body = await runInDurableObject(stub, (_, { storage: { sql } }) => {
    const row = sql.exec<{ n: number; body: string }>("SELECT n, body FROM slots WHERE owner = ?", id).one();
    const damaged = change(row.body);
    sql.exec("UPDATE slots SET body = ? WHERE n = ?", damaged, row.n);
    return damaged;
  });
  await evictDurableObject(stub);
  return body;
}

/** The ring's alarm rings, whatever it is set for, and the index hears of it. */
async function toldBy(ring: number, id: RunId): Promise<void> {
  const stub = env.RINGS_NS.getByName(ringName(ring));
  await runDurableObjectAlarm(stub);
  const verdicts: string[] = [];
  const message = { type: "quarantine", version: 1, ring, runs: [id] };
  const settled = { ack: () => verdicts.push("ack"), retry: () => verdicts.push("retry") };
  await consume("onex-events", [{ id: "m", body: message, attempts: 1, ...settled }]);
  expect(verdicts).toEqual(["ack"]);
}

const later = (body: string): string => body.replace(/"v":\d+,"header"/, '"v":99,"header"');
const half = (body: string): string => body.slice(0, body.length / 2);

describe("a row of a ring in workerd", () => {
  it.each([
    ["of version 99", 220, later, "RECORD_NEWER"],
    ["cut in half", 221, half, "RECORD_UNREADABLE"],
    ["that is no JSON", 222, () => "what?", "RECORD_UNREADABLE"],
  ])(
    "%s is a run in quarantine: listed, exported as it is, retried in vain, ended; the others go on",
    async (_, ring, change, code) => {
      const [bad, good] = [await begun(ring, "B1"), await begun(ring, "A1")];
      const stored = await damage(ring, bad, change);
      expect(await ask("GET", `/v1/runs/${bad}`)).toMatchObject({ status: 409, body: { code: "RUN_QUARANTINED" } });
      await toldBy(ring, bad);

      const { body } = (await ask("GET", "/v1/quarantine?limit=100")) as { body: { runs: { run_id: string }[] } };
      expect(body.runs.find((run) => run.run_id === bad)).toMatchObject({ code });
      expect(await ask("GET", `/v1/quarantine/${bad}`)).toMatchObject({ status: 200, body: { run_id: bad, code } });
      expect(await ask("GET", `/v1/quarantine/${bad}/raw`)).toMatchObject({
        status: 200,
        body: { run_id: bad, parts: [{ part: "r", body: stored }] },
      });
      expect(await ask("POST", `/v1/quarantine/${bad}/retry`)).toMatchObject({
        status: 200,
        body: { released: false, status: null, quarantine: { code } },
      });
      expect(await ask("DELETE", `/v1/runs/${bad}`)).toMatchObject({ status: 409, body: { code: "RUN_QUARANTINED" } });
      expect(await ask("GET", `/v1/runs/${good}`)).toMatchObject({ status: 200, body: { status: "running" } });
      expect(await ask("POST", `/v1/runs/${good}/cancel`)).toMatchObject({
        status: 200,
        body: { status: "cancelled" },
      });

      expect(await ask("POST", `/v1/quarantine/${bad}/end`)).toEqual({
        status: 200,
        body: { run_id: bad, status: "failed" },
      });
      expect(await ask("GET", `/v1/runs/${bad}`)).toMatchObject({
        status: 200,
        body: { status: "failed", error: { code } },
      });
      expect(await ask("GET", `/v1/quarantine/${bad}`)).toMatchObject({ status: 404, body: { code: "RUN_NOT_FOUND" } });
      expect(await parts.quarantine.find(bad)).toBeNull();
    },
  );

  it("that is repaired goes on where it was", async () => {
    const id = await begun(223, "B1");
    let whole = "";
    await damage(223, id, (body) => {
      whole = body;
      return half(body);
    });
    expect(await ask("GET", `/v1/runs/${id}`)).toMatchObject({ status: 409 });
    await damage(223, id, () => whole);
    expect(await ask("POST", `/v1/quarantine/${id}/retry`)).toMatchObject({
      status: 200,
      body: { released: true, status: "running", quarantine: null },
    });
    expect(await ask("GET", `/v1/runs/${id}`)).toMatchObject({ status: 200, body: { status: "running" } });
  });
});

describe("what a ring has to tell of quarantine", () => {
  it("is stored until its bus has taken it", async () => {
    const ring = 224;
    const id = await begun(ring, "B1");
    await damage(ring, id, half);
    await ask("GET", `/v1/runs/${id}`);
    const stub = env.RINGS_NS.getByName(ringName(ring));
    const untold = () =>
      runInDurableObject(stub, (_, { storage }) =>
        durableRingStore(storage, systemClock)
          .read("~quarantine-news")
          .map(({ part }) => part),
      );
    expect(await untold()).toEqual([id]);
    await evictDurableObject(stub);
    await expect.poll(async () => (await runDurableObjectAlarm(stub), untold()), { timeout: 20_000 }).toEqual([]);
  });
});
