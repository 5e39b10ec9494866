import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fault, HTTP_STATUS, type ErrorCode } from "../../../src/core/errors.ts";
import { BLAME } from "../../../src/core/trust/blame.ts";
import { factsOf, observe, type AttemptFacts } from "../../../src/core/trust/observation.ts";

const facts = (changes: Partial<AttemptFacts> = {}): AttemptFacts => ({
  result: "success",
  code: null,
  cached: false,
  inputBytes: 100,
  durationMs: 0,
  timeoutMs: 1_000,
  endedAt: 1_800_000_000_000,
  ...changes,
});

describe("observe", () => {
  it("starts at 1, 0.5 or 0 and loses up to 0.2 by latency", () => {
    expect(observe(facts())).toEqual({ x: 1, w: 1, at: 1_800_000_000_000 });
    expect(observe(facts({ durationMs: 500 })).x).toBeCloseTo(0.9, 12);
    expect(observe(facts({ durationMs: 5_000 })).x).toBeCloseTo(0.8, 12);
    expect(observe(facts({ result: "partial", durationMs: 1_000 })).x).toBeCloseTo(0.3, 12);
    expect(observe(facts({ result: "failure", code: "TIMEOUT_ERROR", durationMs: 1_000 })).x).toBe(0);
    expect(observe(facts({ timeoutMs: 0, durationMs: 7 })).x).toBe(1);
  });

  it("keeps x within 0 and 1 and w within 0 and 2", () => {
    const any = fc.record({
      result: fc.constantFrom("success" as const, "partial" as const, "failure" as const),
      code: fc.option(fc.constantFrom(...(Object.keys(HTTP_STATUS) as ErrorCode[])), { nil: null }),
      cached: fc.boolean(),
      inputBytes: fc.nat({ max: 2 ** 31 - 1 }),
      durationMs: fc.integer({ min: -10, max: 10 ** 9 }),
      timeoutMs: fc.nat({ max: 10 ** 6 }),
      endedAt: fc.nat(),
    });
    fc.assert(
      fc.property(any, (each) => {
        const { x, w } = observe(each);
        expect(x >= 0 && x <= 1 && w >= 0 && w <= 2).toBe(true);
      }),
    );
  });

  it("weighs larger inputs slowly more", () => {
    const weight = (inputBytes: number) => observe(facts({ inputBytes })).w;
    expect([0, 1023, 1024, 2048, 512 * 1024, 2 ** 30].map(weight)).toEqual([1, 1, 1.1, 1.2, 2, 2]);
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 30 }), fc.nat({ max: 2 ** 30 }), (a, b) => {
        expect(weight(Math.max(a, b))).toBeGreaterThanOrEqual(weight(Math.min(a, b)));
      }),
    );
  });

  it("gives no weight to cached results nor to failures that are not the node's", () => {
    expect(observe(facts({ cached: true })).w).toBe(0);
    const innocent: ErrorCode[] = [
      "RATE_LIMIT_ERROR",
      "RUN_CANCELLED",
      "LEASE_EXPIRED",
      "UNDELIVERABLE",
      "EVENT_BUS_ERROR",
      "SERVICE_UNAVAILABLE",
      "VALUE_UNAVAILABLE",
      "INPUT_STATE_INVALID",
    ];
    for (const code of innocent) expect(observe(facts({ result: "failure", code })).w, code).toBe(0);
    const guilty: ErrorCode[] = ["HANDLER_EXECUTION_ERROR", "TIMEOUT_ERROR", "OUTPUT_STATE_INVALID", "SANDBOX_BUDGET"];
    for (const code of guilty) expect(observe(facts({ result: "failure", code })), code).toMatchObject({ x: 0, w: 1 });
  });

  it("decides every code", () => {
    expect(Object.keys(BLAME).sort()).toEqual(Object.keys(HTTP_STATUS).sort());
  });
});

describe("the facts of an outcome", () => {
  it("come from both kinds of outcome", () => {
    const timing = { inputBytes: 2048, startedAt: 1_000, durationMs: 250 };
    expect(factsOf({ ok: true, outputs: {}, inputHash: "a", outputHash: "b", cached: true, ...timing }, 500)).toEqual({
      result: "success",
      code: null,
      cached: true,
      inputBytes: 2048,
      durationMs: 250,
      timeoutMs: 500,
      endedAt: 1_250,
    });
    const failed = factsOf({ ok: false, fault: fault("TIMEOUT_ERROR", "late"), inputHash: null, ...timing }, 500);
    expect(failed).toMatchObject({ result: "failure", code: "TIMEOUT_ERROR", cached: false });
  });
});
