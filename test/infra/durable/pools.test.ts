import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { durablePools } from "../../../src/infra/durable/pools.ts";
import { poolsContract } from "../../support/contracts/pools.ts";

let pools = 0;

describe("pools as objects", () => {
  poolsContract("Durable Object", async () => {
    const pool = { tenant: "default", name: `p${++pools}` };
    return {
      pools: durablePools(env.POOLS_NS),
      pool,
      restart: () => evictDurableObject(env.POOLS_NS.getByName(`default|${pool.name}`)),
      now: () => Date.now(),
    };
  });

  it("have an alarm for what waits", async () => {
    const name = `p${++pools}`;
    const pool = durablePools(env.POOLS_NS).at({ tenant: "default", name });
    const now = Date.now();
    await pool.offer([
      {
        token: "w1.5b5d",
        id: { runId: "r00_01KDVDPE000000000000000000", segment: "s0", lease: "s0.1", step: "s", pool: name },
        ...{ correlationId: "c", node: "n", version: "1.0.0", kind: "python", priority: 0, timeoutMs: 1_000 },
        ...{ offeredAt: now, queueUntil: now + 600_000 },
      },
    ]);
    const object = env.POOLS_NS.getByName(`default|${name}`);
    expect(await runInDurableObject(object, (_, { storage }) => storage.getAlarm())).toBe(now + 600_000);
    expect(await runDurableObjectAlarm(object)).toBe(true);
    expect(await pool.view(), "nothing was due yet").toMatchObject({ waiting: 1 });
    expect(await runInDurableObject(object, (_, { storage }) => storage.getAlarm())).toBe(now + 600_000);
  });

  it("that do not answer are SERVICE_UNAVAILABLE", async () => {
    const broken = durablePools({ getByName: () => ({ view: () => Promise.reject(new Error("lost")) }) });
    await expect(broken.at({ tenant: "default", name: "python" }).view()).rejects.toMatchObject({
      fault: { code: "SERVICE_UNAVAILABLE" },
    });
  });
});
