import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import type { RegistrySnapshot } from "../../../src/core/registry/snapshot.ts";
import { apply } from "../../../src/core/run/reduce/begin.ts";
import { decodeRun, encodeRun } from "../../../src/core/run/codec/codec.ts";
import type { Intent, RunEvent, Transition } from "../../../src/core/run/model/event.ts";
import { joinTransitions, standing } from "../../../src/core/run/reduce/join-transitions.ts";
import { reduce } from "../../../src/core/run/reduce/reduce.ts";
import { TERMINAL_RUN, type RunState } from "../../../src/core/run/model/state.ts";
import { sketchPlan } from "../../support/plans.ts";
import { beginRun, dispatches, success } from "../../support/runs.ts";
import { registry } from "../plan/support/nodes.ts";
import { goalPlan, VariantRun } from "./support/variants.ts";

const LEASES = { graceMs: 1_000, maxExpiries: 3 };
const copyOf = (state: RunState): RunState => decodeRun(encodeRun(state));

/** Everything there is to know of a run, what is counted in memory included. */
const everythingOf = (state: RunState) => ({
  record: JSON.parse(encodeRun(state)) as unknown,
  openSteps: state.openSteps,
  nextSeq: state.nextSeq,
  activity: state.activity,
});

interface Told {
  readonly event: RunEvent;
  readonly now: number;
}

/** What happened to a run, in order. */
class ToldRun extends VariantRun {
  readonly told: Told[] = [];

  override send(event: RunEvent): readonly Intent[] {
    this.told.push({ event, now: this.now });
    return super.send(event);
  }
}

const effect = { kind: "effect" } as const;
const SNAPSHOT: RegistrySnapshot = registry([
  { name: "fetch", in: ["url"], out: ["text"], ...effect },
  { name: "classify", version: "1.1.0", in: ["text"], out: ["label"], ...effect },
  { name: "classify", in: ["text"], out: ["label"], cost: 3, ...effect },
  { name: "rules", in: ["text"], out: ["label"], cost: 9, ...effect },
  { name: "file", in: ["label"], out: ["receipt"], ...effect },
  { name: "count", in: ["text"], out: ["size"], ...effect },
  { name: "length", in: ["url"], out: ["length"], ...effect },
]);
const WANT = ["receipt", "size", "length"];
const DIAMOND = sketchPlan([
  { id: "a" },
  { id: "b" },
  { id: "c", needs: ["a"] },
  { id: "d", needs: ["a", "b"] },
  { id: "e", needs: ["c", "d"] },
]);

const deed = fc.oneof(
  { weight: 6, arbitrary: fc.constant("work" as const) },
  { weight: 1, arbitrary: fc.constant("repeat" as const) },
  { weight: 1, arbitrary: fc.constant("tick" as const) },
  { weight: 1, arbitrary: fc.constant("pause" as const) },
  { weight: 1, arbitrary: fc.constant("resume" as const) },
  { weight: 1, arbitrary: fc.constant("cancel" as const) },
);
const world = fc.record({
  dying: fc.subarray(["classify@1.1.0", "classify@1.0.0", "fetch@1.0.0", "count@1.0.0"]),
  deeds: fc.array(deed, { minLength: 1, maxLength: 12 }),
  /** How many happenings are decided in one call, in turn. */
  groups: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 }),
});

function drive(plan: Plan, dying: readonly string[], deeds: readonly string[]): ToldRun {
  const run = new ToldRun(plan, SNAPSHOT, LEASES);
  run.send({ type: "start" });
  for (const what of deeds) {
    run.now += 400;
    if (what === "work") for (const token of run.work(dying)) run.answer(token);
    else if (what === "repeat") {
      const last = run.told.at(-1);
      if (last) run.send(last.event);
    } else if (what === "cancel") run.send({ type: "cancel", reason: "enough" });
    else run.send({ type: what as "tick" | "pause" | "resume" });
  }
  return run;
}

/** Decides group by group, each stored as one change, and compares with what each event by itself leads to. */
function replay(begun: RunState, told: readonly Told[], groups: readonly number[]): void {
  let apart = copyOf(begun);
  let together = copyOf(begun);
  for (let at = 0, turn = 0; at < told.length; turn++) {
    const own = told.slice(at, at + (groups[turn % groups.length] ?? 1));
    at += own.length;
    const transitions: Transition[] = [];
    const held = new Set<string>();
    for (const { event, now } of own) {
      const transition = reduce(apart, event, now, LEASES);
      transitions.push(transition);
      apart = apply(apart, transition);
      for (const { token } of dispatches(transition.intents)) held.add(token);
    }
    const [first, ...others] = transitions;
    const joined = joinTransitions([first!, ...others]);
    together = apply(together, joined);
    expect(everythingOf(together)).toEqual(everythingOf(apart));
    const tokens = [...apart.segments.values()].flatMap(({ lease }) => (lease ? [lease.token] : []));
    const stand = standing(together, joined.intents);
    expect(dispatches(stand).map(({ token }) => token)).toEqual([...held].filter((token) => tokens.includes(token)));
    const questions = stand.flatMap((intent) => (intent.type === "replan" ? [intent.token] : []));
    expect(questions.every((token) => token === apart.header.replanning?.question?.token)).toBe(true);
    expect(stand.some(({ type }) => type === "finished")).toBe(
      joined.header !== null && TERMINAL_RUN.has(joined.header.status),
    );
  }
}

describe("decisions joined into one", () => {
  it("leave the run as each by itself does, and ask for what still stands", () => {
    const ends = new Set<string>();
    let replanned = 0;
    fc.assert(
      fc.property(world, ({ dying, deeds, groups }) => {
        const run = drive(goalPlan(SNAPSHOT, WANT, ["url"]), dying, deeds);
        const begun = new VariantRun(goalPlan(SNAPSHOT, WANT, ["url"]), SNAPSHOT).state;
        replay(begun, run.told, groups);
        ends.add(run.state.header.status);
        replanned += run.state.header.replans ?? 0;
      }),
      { numRuns: 300 },
    );
    expect([...ends]).toEqual(expect.arrayContaining(["succeeded", "failed", "cancelled", "running"]));
    expect(replanned).toBeGreaterThan(20);
  });

  it("are the one itself where there is only one", () => {
    const transition = reduce(beginRun(DIAMOND), { type: "start" }, 0);
    expect(joinTransitions([transition])).toBe(transition);
  });

  it("dispatch once what two answers in one call set free, and nothing that has been taken back", () => {
    let state = copyOf(beginRun(DIAMOND));
    const start = reduce(state, { type: "start" }, 0, LEASES);
    state = apply(state, start);
    const before = copyOf(state);
    const transitions: Transition[] = [];
    for (const { segment, token } of dispatches(start.intents)) {
      const results = [{ step: segment, outcome: success(segment) }];
      const transition = reduce(state, { type: "answer", segment, token, results }, 0, LEASES);
      transitions.push(transition);
      state = apply(state, transition);
    }
    const [first, second] = transitions;
    const joined = joinTransitions([first!, second!]);
    const after = apply(before, joined);
    expect(dispatches(standing(after, joined.intents)).map(({ segment }) => segment)).toEqual(["c", "d"]);
    const cancelled = reduce(after, { type: "cancel", reason: "no" }, 0, LEASES);
    const all = joinTransitions([joined, cancelled]);
    expect(standing(apply(after, cancelled), all.intents)).toEqual([{ type: "finished" }]);
  });
});
