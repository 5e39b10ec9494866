import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { LimitDesk } from "../../../src/infra/durable/limit-desk.ts";
import { durableLimiter } from "../../../src/infra/durable/limiter.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
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
      const desk = new LimitDesk(storage, fixedClock(0));
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
      new LimitDesk(storage, clock).acquire([turn("a")]);
      expect(new LimitDesk(storage, clock).acquire([turn("b")]).turns).toMatchObject([{ granted: false }]);
      clock.advance(8_000);
      expect(new LimitDesk(storage, clock).acquire([turn("b")]).turns).toEqual([{ granted: true }]);
    });
  });

  it("that do not answer are SERVICE_UNAVAILABLE", async () => {
    const limiter = durableLimiter({
      getByName: () => ({ acquire: () => Promise.reject(new Error("Network connection lost.")) }),
    });
    await expect(limiter.acquire("l", [])).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
  });
});
