import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { POOL_BUGS } from "./bugs.ts";
import { happenings, live } from "./campaign.ts";

describe("runners that die, answer late, twice and out of order", () => {
  it("lose nothing, hang nothing, and make nothing count twice", async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (steps) => {
        expect(await live(steps)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 900_000);

  it.each(POOL_BUGS.map((bug) => [bug.name, bug] as const))(
    "would show it: %s",
    async (_, bug) => {
      const found = await fc.check(
        fc.asyncProperty(happenings, async (steps) => (await live(steps, bug)).length === 0),
        { numRuns: 1_000, endOnFailure: true },
      );
      expect(found.failed).toBe(true);
    },
    240_000,
  );
});
