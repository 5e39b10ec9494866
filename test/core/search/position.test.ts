import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeCursor,
  encodeCursor,
  isAfter,
  newestFirst,
  pageOf,
  type Position,
} from "../../../src/core/search/position.ts";

const positions: fc.Arbitrary<Position> = fc.record({
  at: fc.oneof(fc.nat({ max: 5 }), fc.maxSafeNat()),
  id: fc.string({ minLength: 1, maxLength: 20, unit: "binary" }),
});

describe("a cursor", () => {
  it("is read back as it was written", () => {
    fc.assert(
      fc.property(positions, (place) => {
        expect(decodeCursor(encodeCursor(place))).toEqual(place);
      }),
    );
  });

  it.each([
    "",
    ".",
    "k.",
    ".r00_1",
    "0k.r00_1",
    "-k.r00_1",
    "K.r00_1",
    "k",
    "zzzzzzzzzzzz.r00_1",
    "zzzzzzzzzzz.a",
    "k r00_1",
  ])("%j is none", (text) => expect(decodeCursor(text)).toBeNull());

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const place = decodeCursor(text);
        if (place) expect(encodeCursor(place)).toBe(text);
      }),
    );
  });
});

describe("the order", () => {
  it("is total: of two places one is after the other, unless they are the same", () => {
    fc.assert(
      fc.property(positions, positions, (a, b) => {
        const same = a.at === b.at && a.id === b.id;
        expect([isAfter(a, b), isAfter(b, a)].filter(Boolean)).toHaveLength(same ? 0 : 1);
        expect(Math.sign(newestFirst(a, b)) + Math.sign(newestFirst(b, a))).toBe(0);
      }),
    );
  });

  it("is newest first, and everything is after nothing", () => {
    const list = [
      { at: 1, id: "a" },
      { at: 2, id: "a" },
      { at: 2, id: "b" },
    ];
    expect(list.toSorted(newestFirst).map(({ at, id }) => `${at}${id}`)).toEqual(["2b", "2a", "1a"]);
    expect(isAfter({ at: 1, id: "a" }, null)).toBe(true);
  });
});

describe("pages", () => {
  it("taken one after the other are the list", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(positions, { selector: encodeCursor }),
        fc.integer({ min: 1, max: 5 }),
        (all, limit) => {
          const list = all.toSorted(newestFirst);
          const seen: Position[] = [];
          let after: Position | null = null;
          do {
            const page: ReturnType<typeof pageOf<Position>> = pageOf(
              list.filter((place) => isAfter(place, after)).slice(0, limit + 1),
              limit,
              (place) => place,
            );
            expect(page.items.length).toBeLessThanOrEqual(limit);
            seen.push(...page.items);
            after = page.next;
          } while (after !== null);
          expect(seen).toEqual(list);
        },
      ),
    );
  });

  it("the last page says so", () => {
    const place = (item: Position) => item;
    const list = [
      { at: 2, id: "a" },
      { at: 1, id: "b" },
    ];
    expect(pageOf(list, 2, place).next).toBeNull();
    expect(pageOf(list, 1, place).next).toEqual(list[0]);
    expect(pageOf([], 1, place)).toEqual({ items: [], next: null });
  });
});
