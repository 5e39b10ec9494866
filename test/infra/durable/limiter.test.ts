import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { LimitDesk } from "../../../src/infra/durable/limit-desk.ts";
import { durableLimiter } from "../../../src/infra/durable/limiter.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { limiterContract } from "../../support/contracts/limiter.ts";

let limits = 0;
const freshLimit = (): string => `default/node/n${++limits}/slots`;
const turn = (name: string) =>
  ({
    holder: { runId: `r00_${name}`, segment: "s0" },
    token: "s0.1",
    allows: { kind: "slots", max: 1 },
    holdMs: 8_000,
    priority: 0,
    since: 0,
  }) as const;

describe("limits as objects", () => {
  limiterContract("Durable Object", async () => {
    const limit = freshLimit();
    return {
      limiter: durableLimiter(env.LIMITS_NS),
      limit,
      restart: () => evictDurableObject(env.LIMITS_NS.getByName(limit)),
    };
  });

  it("write a row for a turn and none when it is over", async () => {
    await runInDurableObject(env.LIMITS_NS.getByName(freshLimit()), (_, { storage }) => {
      const desk = new LimitDesk(storage, fixedClock(0), silentLog);
      const rows = () => storage.sql.exec("SELECT kind, id FROM entries ORDER BY kind, id").toArray();
      desk.acquire([turn("a"), turn("b")]);
      expect(rows()).toEqual([
        { kind: "slot", id: "r00_a/s0" },
        { kind: "waiter", id: "r00_b/s0" },
      ]);
      desk.release([{ holder: turn("a").holder, token: "s0.1", how: "ended" }]);
      desk.acquire([turn("b")]);
      desk.release([{ holder: turn("b").holder, token: "s0.1", how: "ended" }]);
      expect(rows()).toEqual([]);
    });
  });

  it("free a dead holder's turn with time, after a restart too", async () => {
    await runInDurableObject(env.LIMITS_NS.getByName(freshLimit()), (_, { storage }) => {
      const clock = fixedClock(0);
      new LimitDesk(storage, clock, silentLog).acquire([turn("a")]);
      expect(new LimitDesk(storage, clock, silentLog).acquire([turn("b")]).turns).toMatchObject([{ granted: false }]);
      clock.advance(8_000);
      expect(new LimitDesk(storage, clock, silentLog).acquire([turn("b")]).turns).toEqual([{ granted: true }]);
    });
  });

  it.each([
    ["RECORD_NEWER", '{"v":99}'],
    ["RECORD_UNREADABLE", '{"holder":'],
    ["RECORD_UNREADABLE", '{"holder":{}}'],
  ])("count what is %s for nothing, keep it as it is, and hold nobody up", async (code, text) => {
    await runInDurableObject(env.LIMITS_NS.getByName(freshLimit()), (_, { storage }) => {
      const clock = fixedClock(0);
      const told: unknown[] = [];
      const log = { ...silentLog, error: (_message: string, fields: object) => void told.push(fields) };
      new LimitDesk(storage, clock, silentLog).acquire([turn("a"), turn("b"), turn("c")]);
      const bodies = storage.sql.exec<{ id: string; body: string }>("SELECT id, body FROM entries").toArray();
      storage.sql.exec("UPDATE entries SET body = ? WHERE id <> 'r00_c/s0'", text);
      const desk = new LimitDesk(storage, clock, log);
      expect(desk.release([])).toEqual([{ runId: "r00_c", segment: "s0" }]);
      expect(desk.acquire([turn("c")]).turns).toEqual([{ granted: true }]);
      expect(told).toMatchObject([
        { correlation_id: "r00_a", entry: "slot r00_a/s0", code },
        { correlation_id: "r00_b", entry: "waiter r00_b/s0", code },
      ]);
      // What the later release wrote is there for it when it is back.
      expect(storage.sql.exec("SELECT id FROM entries WHERE body = ?", text).toArray()).toHaveLength(2);
      for (const { id, body } of bodies) storage.sql.exec("UPDATE entries SET body = ? WHERE id = ?", body, id);
      const again = new LimitDesk(storage, clock, silentLog);
      again.release([{ holder: turn("a").holder, token: "s0.1", how: "ended" }]);
      expect(again.acquire([turn("b")]).turns).toMatchObject([{ granted: true }]);
    });
  });

  it("that do not answer are SERVICE_UNAVAILABLE", async () => {
    const limiter = durableLimiter({
      getByName: () => ({ acquire: () => Promise.reject(new Error("Network connection lost.")) }),
    });
    await expect(limiter.acquire("l", [])).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
  });
});
