import { describe, expect, it } from "vitest";
import { fixedClock } from "../../src/infra/memory/clock.ts";
import { memoryLimiter } from "../../src/infra/memory/limiter.ts";
import { limiterContract } from "../support/contracts/limiter.ts";

describe("limits in memory keep their port's contract", () => {
  limiterContract("memory", async () => ({
    limiter: memoryLimiter(fixedClock(0)),
    limit: "default/node/a/slots",
    restart: async () => undefined,
  }));

  it("free a dead holder's turn with time", async () => {
    const clock = fixedClock(0);
    const limiter = memoryLimiter(clock);
    const request = {
      token: "s0.1",
      allows: { kind: "slots", max: 1 },
      holdMs: 8_000,
      priority: 0,
      since: 0,
    } as const;
    await limiter.acquire("l", [{ ...request, holder: { runId: "r00_a", segment: "s0" } }]);
    await limiter.acquire("l", [{ ...request, holder: { runId: "r00_b", segment: "s0" } }]);
    clock.advance(8_000);
    expect(await limiter.release("l", [])).toEqual([{ runId: "r00_b", segment: "s0" }]);
  });
});
