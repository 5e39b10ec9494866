import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failureOfStatus, retryAfterOf } from "../../../src/core/http/retry-after.ts";
import { admit, CLOSED, settle, type Breaker } from "../../../src/core/resilience/breaker.ts";
import { fullBucket, takeToken } from "../../../src/core/resilience/token-bucket.ts";
import { MAX_NAMED_DELAY_MS, verdict } from "../../../src/core/run/reduce/retry.ts";
import { fault } from "../../../src/core/errors.ts";

describe("a token bucket", () => {
  it("never lets more through than its rate, whatever the moments", () => {
    const rates = fc.double({ min: 0.1, max: 1_000, noNaN: true });
    fc.assert(
      fc.property(rates, fc.array(fc.nat(5_000), { maxLength: 200 }), (rate, gaps) => {
        let bucket = fullBucket(rate, 0);
        let now = 0;
        let passed = 0;
        for (const gap of gaps) {
          now += gap;
          const taken = takeToken(bucket, rate, now);
          bucket = taken.bucket;
          if (taken.waitMs === 0) passed++;
        }
        expect(passed).toBeLessThanOrEqual(Math.max(1, rate) + (now * rate) / 1_000 + 1e-6);
      }),
    );
  });

  it("has a token when it said there would be one, and takes no harm from a clock that is set back", () => {
    const empty = takeToken(fullBucket(2, 1_000), 2, 1_000).bucket;
    const again = takeToken(empty, 2, 1_000).bucket;
    const { waitMs } = takeToken(again, 2, 1_000);
    expect(waitMs).toBe(500);
    expect(takeToken(again, 2, 1_500).waitMs).toBe(0);
    expect(takeToken(again, 2, 0).waitMs).toBe(500);
  });
});

describe("a breaker", () => {
  it("never refuses for longer than its reset time, and has one trial at a time", () => {
    const settings = { failureThreshold: 3, resetMs: 1_000 };
    const results = fc.constantFrom("success" as const, "failure" as const, "neutral" as const);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2_000), results)), (calls) => {
        let breaker: Breaker = CLOSED;
        let now = 0;
        for (const [gap, result] of calls) {
          now += gap;
          const admission = admit(breaker, now, settings);
          if (admission.kind === "refused") {
            expect(admission.retryAfterMs).toBeLessThanOrEqual(1_000);
            continue;
          }
          if (admission.kind === "trial") expect(admit(admission.breaker, now, settings).kind).toBe("refused");
          breaker = settle(admission.breaker, result, admission.kind === "trial", now, settings);
        }
        expect(admit(breaker, now + 1_000, settings).kind).not.toBe("refused");
      }),
    );
  });
});

describe("the delay a failure names", () => {
  const POLICY = { maxRetries: 3, backoff: "exponential", baseMs: 100, maxMs: 5_000 } as const;
  const afterMs = (retryAfterSeconds?: number) => {
    const extra = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    const next = verdict({ fault: fault("CONNECTION_ERROR", "x", extra), number: 1, seed: "s" }, POLICY);
    return next.kind === "again" ? next.afterMs : null;
  };

  it("is the next attempt's, unless the policy's is longer", () => {
    const own = afterMs() ?? 0;
    expect(own).toBeLessThanOrEqual(100);
    expect(afterMs(7)).toBe(7_000);
    expect(afterMs(0.2)).toBe(200);
    expect(afterMs(0)).toBe(own);
    expect(afterMs(-5)).toBe(own);
    expect(afterMs(Number.NaN)).toBe(own);
  });

  it("has a cap", () => {
    expect(afterMs(86_400)).toBe(MAX_NAMED_DELAY_MS);
    expect(afterMs(Number.POSITIVE_INFINITY)).toBe(MAX_NAMED_DELAY_MS);
  });

  it("does not make a failure worth another try that is not", () => {
    const refused = fault("REQUEST_REJECTED", "x", { retryAfterSeconds: 1 });
    expect(verdict({ fault: refused, number: 1, seed: "s" }, POLICY)).toEqual({ kind: "dead" });
  });
});

describe("Retry-After", () => {
  const NOW = Date.UTC(2026, 0, 1);
  it.each([
    ["17", 17],
    [" 0 ", 0],
    ["9999999999", 86_400],
    [new Date(NOW + 90_000).toUTCString(), 90],
    [new Date(NOW - 90_000).toUTCString(), 0],
    ["Thursday, 01-Jan-26 00:00:30 GMT", 30],
    ["-1", null],
    ["1.5", null],
    ["soon", null],
    ["", null],
    [null, null],
    ["99999999999", null],
  ])("%j is %j", (header, seconds) => {
    expect(retryAfterOf(header, NOW)).toBe(seconds);
  });

  it.each([
    [429, "RATE_LIMIT_ERROR"],
    [401, "AUTHENTICATION_ERROR"],
    [403, "AUTHENTICATION_ERROR"],
    [408, "TIMEOUT_ERROR"],
    [504, "TIMEOUT_ERROR"],
    [500, "SERVICE_UNAVAILABLE"],
    [404, "REQUEST_REJECTED"],
  ])("a %d is a %s", (status, code) => {
    expect(failureOfStatus(status, "3", NOW)).toMatchObject({
      code,
      retryAfterSeconds: 3,
      details: { status_code: status },
    });
  });
});
