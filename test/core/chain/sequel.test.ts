import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { notedAt, ownSequelsSince } from "../../../src/core/chain/sequel.ts";

const HOUR = 60 * 60 * 1_000;
const DAY = 24 * HOUR;
/** How far two clocks are apart at most. */
const skew = fc.integer({ min: -HOUR, max: HOUR });

describe("the moment under which a sequel is noted", () => {
  const times = fc.record({
    createdAt: fc.nat(10 * DAY).map((at) => 100 * DAY + at),
    tookMs: fc.nat(3 * DAY),
    laterMs: fc.nat(30 * DAY),
    endSkew: skew,
    noteSkew: skew,
    laterSkew: skew,
  });

  it("belongs to its own run, and never to a later one of the same id, whenever it was done", () => {
    fc.assert(
      fc.property(times, ({ createdAt, tookMs, laterMs, endSkew, noteSkew, laterSkew }) => {
        const end = createdAt + tookMs;
        const at = notedAt({ createdAt, finishedAt: end + endSkew }, end + laterMs + noteSkew);
        expect(at).toBeGreaterThanOrEqual(ownSequelsSince(createdAt));
        // A ring remembers a key for a day after the run has left it.
        expect(at).toBeLessThan(ownSequelsSince(end + DAY + laterSkew));
      }),
    );
  });

  it("is the moment it was done, for everything that is done within hours of the end", () => {
    expect(notedAt({ createdAt: 0, finishedAt: 1_000 }, 5 * HOUR)).toBe(5 * HOUR);
    expect(notedAt({ createdAt: 0, finishedAt: 1_000 }, 20 * HOUR)).toBe(1_000 + 6 * HOUR);
  });
});
