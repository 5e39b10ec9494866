import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextDue, noteDue } from "../../../src/core/run/dispatch/due-times.ts";
import type { Instant, RunState, SegmentState } from "../../../src/core/run/model/state.ts";
import { moves, RandomRun, starts, type Turn } from "../../support/random-run.ts";

/** By looking at every segment. */
function earliest(segments: ReadonlyMap<string, SegmentState>): Instant | null {
  const due = [...segments.values()].flatMap(({ dueAt }) => dueAt ?? []);
  return due.length === 0 ? null : Math.min(...due);
}

const segment = (id: number, dueAt: Instant | null): SegmentState => ({
  id: `g${id}`,
  epoch: 0,
  expiries: 0,
  lease: null,
  dueAt,
  steps: [],
});

describe("when the first segment needs attention", () => {
  it("is what a look at all of them says, at every turn of a run or seldom", () => {
    fc.assert(
      fc.property(starts, moves, fc.integer({ min: 1, max: 9 }), (start, world, every) => {
        let turns = 0;
        const onTurn = ({ state }: Turn): RunState => {
          if (++turns % every === 0) expect(nextDue(state.segments)).toBe(earliest(state.segments));
          return state;
        };
        new RandomRun(start, onTurn).play(world);
      }),
      { numRuns: 300 },
    );
  });

  it("is right for any number of segments that change in any order, to any moment or none", () => {
    const change = fc.tuple(fc.nat(), fc.option(fc.nat(50)), fc.boolean());
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.array(change, { maxLength: 300, size: "max" }),
        (size, changes) => {
          const segments = new Map(Array.from({ length: size }, (_, id) => [`g${id}`, segment(id, null)]));
          for (const [any, dueAt, isAsked] of changes) {
            const changed = segment(any % size, dueAt);
            segments.set(changed.id, changed);
            noteDue(segments, [changed]);
            if (isAsked) expect(nextDue(segments)).toBe(earliest(segments));
          }
        },
      ),
    );
  });
});
