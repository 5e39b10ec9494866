import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { heardBefore, heardEvent, hearing } from "../../../src/core/run/reduce/heard.ts";
import type { RunHeader } from "../../../src/core/run/model/state.ts";
import { beginRun } from "../../support/runs.ts";
import { sketchPlan } from "../../support/plans.ts";

const header = beginRun(sketchPlan([{ id: "a" }])).header;
const after = (keys: readonly string[]): RunHeader => {
  let now = header;
  for (const key of keys) now = { ...now, heard: hearing(now, heardEvent(key, "paid", 1)) };
  return now;
};

describe("events with an idempotency key", () => {
  it("are told apart by key, name and payload", () => {
    const had = after(["k"]);
    expect(heardBefore(had, heardEvent("k", "paid", 1))).toBe("same");
    expect(heardBefore(had, heardEvent("k", "paid", 2))).toBe("other");
    expect(heardBefore(had, heardEvent("k", "sent", 1))).toBe("other");
    expect(heardBefore(had, heardEvent("l", "paid", 1))).toBe("no");
    expect(heardBefore(header, heardEvent("k", "paid", 1))).toBe("no");
  });

  it("are remembered, the last hundred of them, by no text of the sender's", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 30 }), { maxLength: 130 }), (keys) => {
        const had = after(keys);
        expect(had.heard?.length ?? 0).toBe(Math.min(100, keys.length));
        for (const [i, key] of keys.entries()) {
          expect(heardBefore(had, heardEvent(key, "paid", 1))).toBe(i < keys.length - 100 ? "no" : "same");
          expect(JSON.stringify(had.heard)).not.toContain(JSON.stringify(key).slice(1, -1));
        }
      }),
      { numRuns: 30 },
    );
  });
});
