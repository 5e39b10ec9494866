import { describe } from "vitest";
import { LocalPools } from "../../src/app/drive/local-pools.ts";
import { fixedClock } from "../../src/infra/memory/clock.ts";
import { memoryRingStore } from "../../src/infra/memory/runs/ring-store.ts";
import { silentLog } from "../../src/infra/memory/silent-log.ts";
import { systemTimer } from "../../src/infra/system/clock.ts";
import { poolsContract } from "../support/contracts/pools.ts";

describe("pools in memory keep their port's contract", () => {
  poolsContract("memory", async () => {
    const clock = fixedClock(1_000);
    const coordinator = { answer: () => Promise.resolve([]), undeliverable: () => Promise.resolve() };
    const pools = new LocalPools(memoryRingStore, { coordinator, clock, timer: systemTimer, log: silentLog });
    return {
      pools,
      pool: { tenant: "default", name: "python" },
      restart: () => Promise.resolve(pools.evict()),
      now: () => clock.now(),
    };
  });
});
