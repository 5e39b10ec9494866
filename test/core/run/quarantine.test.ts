import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fault } from "../../../src/core/errors.ts";
import { textMembers } from "../../../src/core/json/members.ts";
import { encodeChange, encodeRun, readRun } from "../../../src/core/run/codec/codec.ts";
import { partingOf } from "../../../src/core/run/reduce/departure.ts";
import { endAsFailed, failedStub } from "../../../src/core/run/quarantine/end-as-failed.ts";
import { encodeMark, isWorthReading, newMark, readMark } from "../../../src/core/run/quarantine/mark.ts";
import { quarantineFor } from "../../../src/core/run/quarantine/quarantine.ts";
import { salvage } from "../../../src/core/run/quarantine/salvage.ts";
import { TERMINAL_RUN, TERMINAL_STEP } from "../../../src/core/run/model/state.ts";
import { executionResult } from "../../../src/core/run/views/execution-result.ts";
import { viewRun } from "../../../src/core/run/views/view.ts";
import { STORED_FORMS } from "../../../src/core/stored/forms.ts";
import { versioned } from "../../../src/core/stored/stored-form.ts";
import { sketchPlan } from "../../support/plans.ts";
import { moves, RandomRun, starts } from "../../support/random-run.ts";
import { beginRun, REQUEST } from "../../support/runs.ts";

const PROBLEM = fault("RUN_UNDECIDABLE", "given up");

describe("the members of a text", () => {
  it("are those of its JSON, and of any beginning of it those that are whole", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), fc.nat(3), (object, at, space) => {
        const text = JSON.stringify(object, null, space);
        const whole = textMembers(text);
        const names = Object.keys(object).map((name) => JSON.stringify(name).slice(1, -1));
        expect([...whole.keys()].toSorted()).toEqual(names.toSorted());
        for (const [name, member] of whole) {
          expect(member.isWhole).toBe(true);
          expect(JSON.stringify(JSON.parse(member.text))).toBe(
            JSON.stringify(object[JSON.parse(`"${name}"`) as string]),
          );
        }
        for (const [name, member] of textMembers(text.slice(0, at % (text.length + 1))))
          if (member.isWhole) expect(member.text).toBe(whole.get(name)?.text);
      }),
    );
  });

  it.each(["", "[]", "7", '"a"', "{", '{"a"', '{"a":', "nonsense"])("of %j are none that are whole", (text) => {
    expect([...textMembers(text).values()].filter(({ isWhole }) => isWhole)).toEqual([]);
  });
});

describe("what can be told of a record", () => {
  const chains = { on_failure: [{ operation: "node.execute" as const, payload: { node: "n" } }] };
  const origin = { kind: "trigger" as const, id: "t", group: "g", idempotentKey: "k", node: null, part: 0 };
  const begun = beginRun(sketchPlan([{ id: "a" }]), 7);
  const state = { ...begun, header: { ...begun.header, chains, origin, tags: ["x"] } };

  it("is what identifies its run, what asked for it and what follows", () => {
    expect(salvage([encodeRun(state).replace(/"v":\d+/, '"v":99')])).toEqual({
      tenant: REQUEST.tenant,
      operation: REQUEST.operation,
      correlationId: REQUEST.correlationId,
      envelopeId: REQUEST.envelopeId,
      sourceNode: REQUEST.sourceNode,
      idempotencyKey: null,
      requestHash: "",
      tags: ["x"],
      createdAt: 7,
      want: ["a.out"],
      chains,
      origin,
    });
  });

  it("is so in a record of the first version too, and who asked is told of a later one", () => {
    const { kind, ...trigger } = origin;
    const first = { header: { tenant: "default", trigger }, plan: {} };
    expect([kind, salvage([JSON.stringify(first)])]).toEqual(["trigger", { tenant: "default", origin }]);
    const two = { header: { lineage: { kind: "chain", runId: "r", from: null, depth: 1 }, trigger } };
    expect(salvage([JSON.stringify(two)])).toEqual({});
    const asker = { principal: "token:alice", trace: "00-1-2-00" };
    const known = salvage([encodeRun({ ...state, header: { ...state.header, ...asker } })]);
    expect(known).toMatchObject(asker);
    expect(failedStub(REQUEST.id, "default", known, PROBLEM, 9).header).toMatchObject({ ...asker, origin });
  });

  it("is right as far as it goes, wherever the record is cut", () => {
    const text = encodeRun(state);
    const whole = salvage([text]);
    for (let length = 0; length <= text.length; length++) expect(whole).toMatchObject(salvage([text.slice(0, length)]));
  });

  it("is in its changes too, the newest last", () => {
    const change = encodeChange({
      header: { ...state.header, tags: ["newer"] },
      segments: [],
      openSteps: 1,
      nextSeq: 1,
      activity: state.activity,
      intents: [],
    });
    expect(salvage(["", change])).toMatchObject({ tenant: REQUEST.tenant, tags: ["newer"] });
  });

  it.each([
    ["chains", '"on_failure"', '"on_failure":7,"x"'],
    ["origin", '"group":"g"', '"group":7'],
    ["tags", '["x"]', "[7]"],
    ["createdAt", '"createdAt":7', '"createdAt":"7"'],
  ])("leaves %s out where it is of another kind", (name, from, to) => {
    const told = salvage([encodeRun(state).replace(from, to)]);
    expect(told).not.toHaveProperty(name);
    expect(told.tenant).toBe(REQUEST.tenant);
  });
});

describe("a run that is ended as failed", () => {
  it("is ended whatever it was at: nothing open, nothing leased, a result to read", () => {
    fc.assert(
      fc.property(starts, moves, fc.nat(60), (start, world, turn) => {
        let turns = 0;
        new RandomRun(start, ({ state }) => {
          if (turns++ !== turn || TERMINAL_RUN.has(state.header.status)) return state;
          const ended = endAsFailed(structuredClone(state), PROBLEM, 99_000);
          expect(ended.header).toMatchObject({ status: "failed", finishedAt: 99_000, fault: PROBLEM });
          for (const { lease, dueAt, steps } of ended.segments.values()) {
            expect([lease, dueAt]).toEqual([null, null]);
            for (const { status } of steps) expect(TERMINAL_STEP.has(status)).toBe(true);
          }
          const read = readRun(encodeRun(ended));
          expect(read.ok && read.value.openSteps).toBe(0);
          expect(executionResult(ended)).toMatchObject({ run_status: "failed" });
          expect(partingOf(ended).summary).toMatchObject({ status: "failed", faultCode: PROBLEM.code });
          expect(ended.nextSeq).toBeGreaterThan(ended.header.completedSeq ?? 0);
          return state;
        }).play(world);
      }),
      { numRuns: 60 },
    );
  });

  it("stays as it ended when it has", () => {
    const state = { ...beginRun(sketchPlan([])), openSteps: 0 };
    expect(endAsFailed(state, PROBLEM, 9)).toBe(state);
  });

  it("of which nothing is known has no step, no value and an end", () => {
    const stub = failedStub(REQUEST.id, "acme", {}, PROBLEM, 9);
    expect(stub.header).toMatchObject({
      tenant: "acme",
      status: "failed",
      createdAt: 9,
      finishedAt: 9,
      fault: PROBLEM,
    });
    expect(executionResult(stub)).toMatchObject({ status: "failure", results: [] });
    expect(viewRun(stub)).toMatchObject({ status: "failed", steps: [] });
    const read = readRun(encodeRun(stub));
    expect(read.ok && read.value).toEqual(stub);
  });
});

describe("a mark", () => {
  const quarantine = quarantineFor(fault("RECORD_NEWER", "newer", { hint: "deploy" }), 7);
  if (!quarantine) throw new Error("no quarantine");
  const mark = newMark(quarantine, STORED_FORMS, 7);

  it("comes back as it was stored", () => {
    expect(readMark(encodeMark({ ...mark, counted: true }, STORED_FORMS), STORED_FORMS)).toEqual({
      ...mark,
      counted: true,
    });
    expect(readMark(encodeMark(mark, STORED_FORMS), STORED_FORMS)).toEqual(mark);
  });

  it("is worth another reading once other forms are known, for what was newer alone", () => {
    const later = { ...STORED_FORMS, run: versioned("a run", [...STORED_FORMS.run.upgraders, (old: object) => old]) };
    expect(isWorthReading(mark, STORED_FORMS)).toBe(false);
    expect(isWorthReading(mark, later)).toBe(true);
    expect(isWorthReading({ ...mark, code: "RECORD_UNREADABLE" }, later)).toBe(false);
  });

  it.each(["", "{", "{}", '{"v":99}', '{"v":1,"code":"RUN_NOT_FOUND","message":"m","since":1,"reads":""}'])(
    "that is none keeps its run aside: %s",
    (text) => {
      expect(readMark(text, STORED_FORMS)).toMatchObject({ code: "RECORD_UNREADABLE", reads: "" });
    },
  );

  it("is made of faults that only a repair cures, and of no other", () => {
    for (const code of ["RECORD_NEWER", "RECORD_UNREADABLE", "RUN_UNDECIDABLE", "RUN_UNSTORABLE"] as const)
      expect(quarantineFor(fault(code, "m"), 1)).toMatchObject({ code, since: 1 });
    for (const code of ["SERVICE_UNAVAILABLE", "RUNTIME_ERROR", "RUN_NOT_FOUND"] as const)
      expect(quarantineFor(fault(code, "m"), 1)).toBeNull();
  });
});
