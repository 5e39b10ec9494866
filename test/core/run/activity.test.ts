import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { activityOf } from "../../../src/core/run/dispatch/activity.ts";
import { TERMINAL_STEP, type Activity, type RunState } from "../../../src/core/run/model/state.ts";
import { moves, RandomRun, starts, type Turn } from "../../support/random-run.ts";

const everyTurn = (check: (turn: Turn) => void): void =>
  fc.assert(
    fc.property(starts, moves, (start, world) => {
      const onTurn = (turn: Turn): RunState => {
        check(turn);
        return turn.state;
      };
      new RandomRun(start, onTurn).play(world);
    }),
    { numRuns: 300 },
  );

/** By looking at every segment. */
function byHand({ segments }: RunState): Activity {
  const all = [...segments.values()];
  const leased = all.filter(({ lease }) => lease !== null);
  const waiting = all.filter(({ lease, steps }) => lease === null && steps.some(({ status }) => status === "waiting"));
  const busy = new Set([...leased, ...waiting]);
  const resting = all.filter((segment) => segment.dueAt !== null && !busy.has(segment));
  return { leased: leased.length, waiting: waiting.length, resting: resting.length };
}

describe("what is counted along with every change", () => {
  it("is what a count of all segments gives, whatever happens to the run", () => {
    everyTurn(({ state }) => {
      expect(state.activity).toEqual(byHand(state));
      expect(activityOf(state.segments.values())).toEqual(state.activity);
    });
  });

  it("is as many open steps as there are", () => {
    everyTurn(({ state: { segments, openSteps } }) => {
      const steps = [...segments.values()].flatMap((segment) => segment.steps);
      expect(openSteps).toBe(steps.filter(({ status }) => !TERMINAL_STEP.has(status)).length);
    });
  });

  it("is put to the test by large runs, waits, limits and plan changes", () => {
    const met = { large: 0, waiting: 0, resting: 0, replanned: 0 };
    everyTurn(({ state, transition }) => {
      if (state.segments.size > 16) met.large++;
      if (state.activity.waiting > 0) met.waiting++;
      if (state.activity.resting > 0) met.resting++;
      if (transition.plan) met.replanned++;
    });
    for (const times of Object.values(met)) expect(times).toBeGreaterThan(100);
  });
});
