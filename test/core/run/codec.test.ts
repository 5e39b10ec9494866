import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRun, encodeChange, encodeRun } from "../../../src/core/run/codec/codec.ts";
import { type RunState } from "../../../src/core/run/model/state.ts";
import { sketchPlan } from "../../support/plans.ts";
import { moves, RandomRun, starts, type Turn } from "../../support/random-run.ts";
import { beginRun } from "../../support/runs.ts";

/** @param onTurns makes what is called at every turn of one run */
const everyRun = (onTurns: () => (turn: Turn) => RunState): void =>
  fc.assert(
    fc.property(starts, moves, (start, world) => new RandomRun(start, onTurns()).play(world)),
    { numRuns: 100 },
  );

describe("a record and the changes since", () => {
  it("are the run after every change, with everything that is counted", () => {
    everyRun(() => {
      let record: string | null = null;
      let changes: string[] = [];
      return ({ state, transition }) => {
        if (record === null || transition.plan) [record, changes] = [encodeRun(state), []];
        else changes.push(encodeChange(transition));
        const again = decodeRun(record, changes);
        expect(encodeRun(again)).toBe(encodeRun(state));
        expect(again.activity).toEqual(state.activity);
        expect(again.openSteps).toBe(state.openSteps);
        return state;
      };
    });
  });

  it("give no number again that is on record", () => {
    everyRun(() => ({ state }) => {
      const steps = [...state.segments.values()].flatMap((segment) => segment.steps);
      const tried = [...steps, ...(state.replaced ?? []).map((one) => one.state)];
      const numbers = tried.flatMap(({ attempts }) => attempts.flatMap((one) => [one.dispatchSeq, one.resultSeq ?? 0]));
      expect(decodeRun(encodeRun(state)).nextSeq).toBeGreaterThan(Math.max(0, ...numbers));
      return state;
    });
  });

  it("go on like the run that was never stored", () => {
    fc.assert(
      fc.property(starts, moves, (start, world) => {
        const kept = new RandomRun(start, ({ state }) => state);
        const stored = new RandomRun(start, ({ state }) => decodeRun(encodeRun(state)));
        for (const run of [kept, stored]) run.play(world);
        // Numbers that no signal bears may be skipped by one and not by the other.
        const told = ({ state: { header, segments } }: RandomRun) => ({
          header: { ...header, completedSeq: null },
          steps: [...segments.values()].flatMap(({ steps }) => steps.map(({ id, status }) => `${id} ${status}`)),
        });
        expect(told(stored)).toEqual(told(kept));
      }),
    );
  });
});

describe("a record", () => {
  it("is read with its plan in any place and whatever it says of the plan's length", () => {
    const state = beginRun(sketchPlan([{ id: "a" }, { id: "b", needs: ["a"] }]));
    const record = encodeRun(state);
    const { planChars, plan, ...rest } = JSON.parse(record) as Record<string, unknown>;
    expect(planChars).toBe(JSON.stringify(plan).length);
    for (const other of [
      { ...rest, plan },
      { planChars: 17, plan, ...rest },
      { planChars: 1e9, plan, ...rest },
    ]) {
      expect(encodeRun(decodeRun(JSON.stringify(other)))).toBe(record);
    }
  });

  it("of another version is refused", () => {
    const record = encodeRun(beginRun(sketchPlan([{ id: "a" }])));
    expect(() => decodeRun(record.replace('"v":1', '"v":2'))).toThrow("version 2");
  });
});
