import { describe, expect, it } from "vitest";
import { healthService, keptHealth } from "../../../src/app/insight/health-service.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { ManualTimer } from "../../support/manual-timer.ts";

describe("health that is kept", () => {
  it("asks the probes at most once a second, however often it is asked", async () => {
    const clock = fixedClock(1_000);
    let asked = 0;
    const probe = { name: "registry", check: () => Promise.resolve(`look ${++asked}`) };
    const health = keptHealth(healthService([probe], new ManualTimer()), clock);
    const first = await health.check();
    clock.advance(999);
    for (let n = 0; n < 50; n++) expect(await health.check()).toBe(first);
    expect(asked).toBe(1);
    clock.advance(1);
    expect(await health.check()).toMatchObject({ checks: { registry: { detail: "look 2" } } });
  });

  it("gives the last answer while a new one is being made", async () => {
    const clock = fixedClock(1_000);
    let release = (): void => undefined;
    const waits: Promise<void>[] = [Promise.resolve(), new Promise((resolve) => (release = resolve))];
    const probe = { name: "rings", check: async () => (await waits.shift(), String(waits.length)) };
    const health = keptHealth(healthService([probe], new ManualTimer()), clock);
    const first = await health.check();
    clock.advance(2_000);
    const second = health.check();
    expect(await health.check()).toBe(first);
    release();
    expect(await second).not.toBe(first);
  });

  it("a bad answer is kept no longer than a good one", async () => {
    const clock = fixedClock(1_000);
    let broken = true;
    const check = async (): Promise<string> => {
      if (broken) throw new Error("down");
      return "up";
    };
    const health = keptHealth(healthService([{ name: "blobs", check }], new ManualTimer()), clock);
    expect((await health.check()).healthy).toBe(false);
    broken = false;
    expect((await health.check()).healthy).toBe(false);
    clock.advance(1_000);
    expect((await health.check()).healthy).toBe(true);
  });
});

describe("health", () => {
  it("does not wait for a probe that answers late, and says which one it was", async () => {
    const timer = new ManualTimer();
    const probes = [
      { name: "rings", check: () => new Promise<string>(() => undefined) },
      { name: "blobs", check: () => Promise.resolve("readable") },
    ];
    const asked = healthService(probes, timer, 2_000).check();
    await timer.advance(2_000);
    expect(await asked).toEqual({
      healthy: false,
      checks: {
        rings: { healthy: false, detail: "does not answer" },
        blobs: { healthy: true, detail: "readable" },
      },
    });
    expect(timer.waiting).toBe(0);
  });
});
