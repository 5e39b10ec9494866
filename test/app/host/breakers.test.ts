import { describe, expect, it } from "vitest";
import { Breakers, type Pass } from "../../../src/app/host/breakers.ts";
import { faultOf } from "../../../src/core/errors.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { memoryBreakerBoard } from "../../../src/infra/memory/breaker-board.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import type { BreakerBoard } from "../../../src/spi/breaker-board.ts";

const KEY = { tenant: "default", binding: "http", target: "a.example:443" };
const SETTINGS = { failureThreshold: 5, resetMs: 60_000 };

/** Isolates that share a board and a clock; what they do behind their calls is waited for with `idle`. */
function world(count: number, board: BreakerBoard = memoryBreakerBoard()) {
  const clock = fixedClock(1_000_000);
  const work: Promise<unknown>[] = [];
  const ports = { board, clock, log: silentLog, background: (one: Promise<unknown>) => void work.push(one) };
  const isolates = Array.from({ length: count }, () => new Breakers(ports));
  return { clock, board, isolates, idle: async () => void (await Promise.all(work.splice(0))) };
}

const admitted = (one: Breakers): Promise<Pass | string> =>
  one.admit(KEY, SETTINGS).catch((thrown: unknown) => faultOf(thrown).code);
async function call(one: Breakers, result: "success" | "failure" | "neutral"): Promise<string> {
  const pass = await admitted(one);
  if (typeof pass === "string") return pass;
  one.report(pass, result);
  return pass.trial ? "trial" : "passed";
}

describe("the breakers of one isolate", () => {
  it("open after five failures in a row, and say when to come back", async () => {
    const { isolates, clock } = world(1);
    const [one] = isolates as [Breakers];
    for (let i = 0; i < 4; i++) await call(one, "failure");
    await call(one, "success");
    for (let i = 0; i < 5; i++) expect(await call(one, "failure")).toBe("passed");
    const refused = await one.admit(KEY, SETTINGS).catch((thrown: unknown) => faultOf(thrown));
    expect(refused).toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      retryAfterSeconds: 60,
      blameless: true,
      details: { circuit_breaker: "open", retry_after_seconds: 60, target: "a.example:443" },
    });
    clock.set(clock.now() + 59_000);
    expect(await admitted(one)).toBe("SERVICE_UNAVAILABLE");
  });

  it("let one call try after a minute: it closes them, or opens them again", async () => {
    const { isolates, clock, idle } = world(1);
    const [one] = isolates as [Breakers];
    for (let i = 0; i < 5; i++) await call(one, "failure");
    await idle();
    clock.set(clock.now() + 60_000);
    const [trial, other] = [await admitted(one), await admitted(one)];
    expect(trial).toMatchObject({ trial: true });
    expect(other).toBe("SERVICE_UNAVAILABLE");
    one.report(trial as Pass, "failure");
    await idle();
    expect(await admitted(one)).toBe("SERVICE_UNAVAILABLE");
    clock.set(clock.now() + 60_000);
    expect(await call(one, "success")).toBe("trial");
    await idle();
    expect(await call(one, "success")).toBe("passed");
    expect(one.refusing).toBe(0);
  });

  it("tell a success again that the board did not take, so that failures before it do not count", async () => {
    const board = memoryBreakerBoard();
    let isAway = false;
    const moody: BreakerBoard = {
      ...board,
      report: (...args) => (isAway ? Promise.reject(new Error("away")) : board.report(...args)),
    };
    const { isolates, clock, idle } = world(1, moody);
    const [one] = isolates as [Breakers];
    const later = async (...results: readonly ("success" | "failure")[]): Promise<void> => {
      clock.set(clock.now() + 6_000);
      for (const result of results) expect(await call(one, result)).toBe("passed");
      await idle();
    };
    await later("failure", "failure", "failure");
    await later("failure");
    isAway = true;
    await later("success", "failure");
    await later("failure");
    isAway = false;
    await later("failure");
    const [shared] = await board.read([KEY]);
    expect(shared?.openUntil ?? null, "no five failures came one after the other").toBeNull();
    expect(one.refusing).toBe(0);
  });

  it("count what speaks against a target alone, and each target by itself", async () => {
    const { isolates } = world(1);
    const [one] = isolates as [Breakers];
    for (let i = 0; i < 9; i++) await call(one, "neutral");
    for (let i = 0; i < 5; i++) await call(one, "failure");
    expect(await admitted(one)).toBe("SERVICE_UNAVAILABLE");
    for (const key of [
      { ...KEY, tenant: "other" },
      { ...KEY, target: "b.example:443" },
      { ...KEY, binding: "db" },
    ])
      expect(await one.admit(key, SETTINGS)).toMatchObject({ trial: false });
  });

  it("do not close through a call that was begun before they opened", async () => {
    const { isolates } = world(1);
    const [one] = isolates as [Breakers];
    const early = (await admitted(one)) as Pass;
    for (let i = 0; i < 5; i++) await call(one, "failure");
    one.report(early, "success");
    expect(await admitted(one)).toBe("SERVICE_UNAVAILABLE");
  });

  it("go on by themselves while the board does not answer", async () => {
    const gone = () => Promise.reject(new Error("gone"));
    const { isolates, clock, idle } = world(1, {
      ...memoryBreakerBoard(),
      report: gone,
      read: gone,
      claimTrial: gone,
      settleTrial: gone,
    });
    const [one] = isolates as [Breakers];
    for (let i = 0; i < 5; i++) await call(one, "failure");
    await idle();
    expect(await admitted(one)).toBe("SERVICE_UNAVAILABLE");
    clock.set(clock.now() + 60_000);
    expect(await call(one, "success")).toBe("trial");
    await idle();
    expect(await call(one, "success")).toBe("passed");
  });
});

describe("the breakers of many isolates", () => {
  it("open everywhere within ten seconds of failures that each saw few of", async () => {
    const { isolates, clock, idle } = world(5);
    // Each sees one failure a second: none has five in a row for long enough to open alone at first.
    for (let second = 0; second < 10; second++) {
      for (const one of isolates) await call(one, second < 2 ? "failure" : "neutral");
      await idle();
      clock.set(clock.now() + 1_000);
    }
    for (const one of isolates) {
      await admitted(one);
      await idle();
      expect(await admitted(one)).toBe("SERVICE_UNAVAILABLE");
    }
  });

  it("let one of all try, and all close when it went well", async () => {
    const { isolates, clock, idle } = world(4);
    for (const one of isolates) for (let i = 0; i < 5; i++) await call(one, "failure");
    await idle();
    clock.set(clock.now() + 61_000);
    const passes = await Promise.all(isolates.map(admitted));
    const trials = passes.flatMap((pass, i) => (typeof pass === "string" ? [] : [{ pass, one: isolates[i] }]));
    expect(trials).toHaveLength(1);
    for (const { pass, one } of trials) one?.report(pass, "success");
    await idle();
    // What they ask next tells them, at most a refresh later.
    for (let second = 0; second < 6; second++) {
      clock.set(clock.now() + 1_000);
      for (const one of isolates) await call(one, "success");
      await idle();
    }
    for (const one of isolates) expect(await call(one, "success")).toBe("passed");
  });

  it("ask nothing of the board while all goes well but how targets stand, every five seconds", async () => {
    const asked: string[] = [];
    const board = memoryBreakerBoard();
    const counted: BreakerBoard = {
      ...board,
      read: (...args) => (asked.push("read"), board.read(...args)),
      report: (...args) => (asked.push("report"), board.report(...args)),
    };
    const { isolates, clock, idle } = world(1, counted);
    const [one] = isolates as [Breakers];
    for (let i = 0; i < 1_000; i++) {
      await call(one, "success");
      await idle();
      clock.set(clock.now() + 10);
    }
    expect(asked).toEqual(["read", "read"]);
  });
});
