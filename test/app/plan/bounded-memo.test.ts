import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundedMemo } from "../../../src/app/plan/bounded-memo.ts";

describe("BoundedMemo", () => {
  it("forgets what was not used for longest", () => {
    const memo = new BoundedMemo<number>({ entries: 2, weight: 100 });
    memo.set("a", 1, 1);
    memo.set("b", 2, 1);
    expect(memo.get("a")).toBe(1);
    memo.set("c", 3, 1);
    expect([memo.get("a"), memo.get("b"), memo.get("c")]).toEqual([1, undefined, 3]);
  });

  it("does not give up everything for one entry", () => {
    const memo = new BoundedMemo<number>({ entries: 10, weight: 100 });
    memo.set("a", 1, 10);
    memo.set("b", 2, 51);
    expect([memo.get("a"), memo.get("b")]).toEqual([1, undefined]);
  });

  it("never holds more than its bounds, and only what was put under the key last", () => {
    const moves = fc.array(fc.record({ key: fc.constantFrom(..."abcdefgh".split("")), weight: fc.nat(40) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(moves, (puts) => {
        const memo = new BoundedMemo<number>({ entries: 4, weight: 60 });
        const last = new Map<string, { value: number; weight: number }>();
        for (const [value, { key, weight }] of puts.entries()) {
          memo.set(key, value, weight);
          if (weight <= 30) last.set(key, { value, weight });
        }
        const held = [..."abcdefgh".split("")].flatMap((key) => (memo.get(key) === undefined ? [] : [key]));
        expect(held.length).toBeLessThanOrEqual(4);
        expect(held.reduce((sum, key) => sum + (last.get(key)?.weight ?? 0), 0)).toBeLessThanOrEqual(60);
        for (const key of held) expect(memo.get(key)).toBe(last.get(key)?.value);
      }),
    );
  });
});
