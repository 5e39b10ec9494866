import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { fault } from "../../../src/core/errors.ts";
import { clipFault } from "../../../src/core/text/clip-fault.ts";

describe("clipFault", () => {
  it("leaves a fault of usual size as it is", () => {
    const usual = fault("INVALID_PARAMETER", "what is wrong", {
      place: "$.a",
      hint: "do this",
      details: { errors: [{ code: "X", detail: "y" }], n: [1, true, null] },
    });
    expect(clipFault(usual)).toBe(usual);
  });

  it("cuts every text, wherever it stands", () => {
    const long = "\ud800".repeat(100_000);
    const big = fault("INVALID_PARAMETER", long, { place: long, hint: long, details: { [long]: [long, { a: long }] } });
    const text = JSON.stringify(clipFault(big));
    expect(text.length).toBeLessThan(8_000);
    expect(text.includes("\\ud800")).toBe(false);
  });

  it("cuts long lists, many members and deep nesting", () => {
    let deep: JsonValue = 1;
    for (let i = 0; i < 5_000; i++) deep = [deep];
    const many = Object.fromEntries(Array.from({ length: 9_000 }, (_, i) => [`m${i}`, i]));
    for (const details of [deep, many, new Array(100_000).fill(0), [many, many]]) {
      expect(JSON.stringify(clipFault(fault("RUNTIME_ERROR", "x", { details }))).length).toBeLessThan(60_000);
    }
  });

  it("keeps code and character, and is clipped once and for all", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" }), (message, details) => {
        const once = clipFault({ code: "TIMEOUT_ERROR", message, details: details as JsonValue, retryable: false });
        expect([once.code, once.retryable]).toEqual(["TIMEOUT_ERROR", false]);
        expect(clipFault(once)).toBe(once);
        expect(JSON.stringify(once).isWellFormed()).toBe(true);
      }),
    );
  });
});
