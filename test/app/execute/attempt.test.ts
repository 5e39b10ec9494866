import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { attempt } from "../../../src/app/execute/attempt.ts";
import type { Timer } from "../../../src/spi/timer.ts";
import { ManualTimer } from "../../support/manual-timer.ts";

const never = (): Promise<never> => new Promise<never>(() => undefined);
const options = { what: "node slow@1.0.0", timeoutMs: 60_000 };

describe("an attempt", () => {
  it("that ends at once sets no timer and makes no signal", async () => {
    const timer: Timer = {
      after: () => {
        throw new Error("no timer is needed");
      },
    };
    expect(await attempt(() => "done", { ...options, timer, isWanted: never })).toBe("done");
  });

  it("that throws at once has failed", async () => {
    const fails = () => {
      throw new Error("no");
    };
    await expect(attempt(fails, { ...options, timer: new ManualTimer() })).rejects.toThrow("no");
  });

  it("that returns a promise of another kind is watched as one", async () => {
    const timer = new ManualTimer();
    const foreign = runInNewContext("new Promise(() => undefined)") as Promise<string>;
    expect(foreign).not.toBeInstanceOf(Promise);
    const ended = expect(attempt(() => foreign, { ...options, timer })).rejects.toMatchObject({
      code: "TIMEOUT_ERROR",
    });
    await timer.advance(60_000);
    await ended;
    expect(timer.waiting).toBe(0);
  });

  it("asks nothing when it is short, and leaves no timer behind", async () => {
    const timer = new ManualTimer();
    const asked: number[] = [];
    const isWanted = async () => {
      asked.push(timer.now);
      return true;
    };
    expect(await attempt(async () => "done", { ...options, timer, isWanted })).toBe("done");
    expect(timer.waiting).toBe(0);
    await timer.advance(100_000);
    expect(asked).toEqual([]);
  });

  it("asks after 1 s, then ever more rarely up to every 10 s, while it is wanted", async () => {
    const timer = new ManualTimer();
    const asked: number[] = [];
    const running = attempt(never, {
      ...options,
      timer,
      isWanted: async () => {
        asked.push(timer.now);
        return true;
      },
    });
    const ended = expect(running).rejects.toMatchObject({ code: "TIMEOUT_ERROR" });
    await timer.advance(40_000);
    expect(asked).toEqual([1_000, 3_000, 7_000, 15_000, 25_000, 35_000]);
    await timer.advance(20_000);
    await ended;
    expect(timer.waiting).toBe(0);
  });

  it("ends, its signal aborted, once nobody waits for it", async () => {
    const timer = new ManualTimer();
    const signals: AbortSignal[] = [];
    let wanted = true;
    const running = attempt(
      (signal) => {
        signals.push(signal());
        return never();
      },
      { ...options, timer, isWanted: async () => wanted },
    );
    const ended = expect(running).rejects.toMatchObject({ code: "RUN_CANCELLED" });
    await timer.advance(2_999);
    expect(signals[0]?.aborted).toBe(false);
    wanted = false;
    await timer.advance(1);
    await ended;
    expect(signals[0]?.aborted).toBe(true);
    expect(timer.waiting).toBe(0);
  });

  it("goes on when nobody can say whether it is wanted", async () => {
    const timer = new ManualTimer();
    const gate = Promise.withResolvers<string>();
    const running = attempt(() => gate.promise, {
      ...options,
      timer,
      isWanted: () => Promise.reject(new Error("unreachable")),
    });
    await timer.advance(30_000);
    gate.resolve("done");
    expect(await running).toBe("done");
  });

  it("aborts its signal when its time is over", async () => {
    const timer = new ManualTimer();
    let aborted = false;
    const running = attempt(
      (signal) => {
        signal().addEventListener("abort", () => void (aborted = true));
        return never();
      },
      { ...options, timer },
    );
    const ended = expect(running).rejects.toMatchObject({ code: "TIMEOUT_ERROR" });
    await timer.advance(60_000);
    await ended;
    expect(aborted).toBe(true);
  });
});
