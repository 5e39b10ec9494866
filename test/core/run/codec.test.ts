import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRun, encodeChange, encodeRun, readRun, runCodec } from "../../../src/core/run/codec/codec.ts";
import { type RunState } from "../../../src/core/run/model/state.ts";
import { STORED_FORMS, type StoredForms } from "../../../src/core/stored/forms.ts";
import { versioned } from "../../../src/core/stored/stored-form.ts";
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

  const record = encodeRun(beginRun(sketchPlan([{ id: "a" }, { id: "b", needs: ["a"] }])));
  const codeOf = (text: string, changes: readonly string[] = []): string => {
    const read = readRun(text, changes);
    return read.ok ? "read" : read.error.code;
  };

  it("of a later version is refused as such, and so is a change of one, or its plan", () => {
    expect(codeOf(record.replace(/"v":\d+/, '"v":99'))).toBe("RECORD_NEWER");
    expect(codeOf(record, ['{"v":99,"segments":[]}'])).toBe("RECORD_NEWER");
    expect(codeOf(record.replace('"form":2', '"form":9'))).toBe("RECORD_NEWER");
    expect(() => decodeRun(record.replace(/"v":\d+/, '"v":99'))).toThrow("version 99");
  });

  it("that is no run is refused without a word of it, wherever it is cut", () => {
    const cuts = Array.from({ length: record.length }, (_, length) => record.slice(0, length));
    expect(new Set(cuts.map((cut) => codeOf(cut)))).toEqual(new Set(["RECORD_UNREADABLE"]));
    for (const text of [
      "",
      "null",
      "7",
      "[]",
      "{}",
      '{"v":1}',
      '{"v":"x"}',
      record.replace('"header":{', '"header":{},"x":{'),
    ])
      expect(codeOf(text)).toBe("RECORD_UNREADABLE");
    for (const change of ["", "{", '{"v":0}', "{}", '{"segments":[{"id":"no such","steps":[]}]}'])
      expect(codeOf(record, [change])).toBe("RECORD_UNREADABLE");
    const read = readRun(record.slice(0, -5));
    expect(JSON.stringify(read)).not.toContain("default");
  });

  it("a release later is read through its upgrader, and by the release before as newer", () => {
    const forms: StoredForms = {
      ...STORED_FORMS,
      run: versioned("a run", [
        ...STORED_FORMS.run.upgraders,
        (old: { header: object }) => ({ ...old, header: { ...old.header, tags: ["up"] } }),
      ]),
    };
    const later = runCodec(forms);
    const state = beginRun(sketchPlan([{ id: "a" }]));
    const upgraded = later.read(encodeRun(state));
    expect(upgraded.ok && upgraded.value.header.tags).toEqual(["up"]);
    const written = later.encode(state);
    expect(codeOf(written)).toBe("RECORD_NEWER");
    expect(later.read(written).ok).toBe(true);
  });
});
