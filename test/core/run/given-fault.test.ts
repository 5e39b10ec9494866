import { describe, expect, it } from "vitest";
import { fault } from "../../../src/core/errors.ts";
import type { PlanStep } from "../../../src/core/plan/model/plan.ts";
import { isOfGiven } from "../../../src/core/run/reduce/given-fault.ts";
import { goalPlan, VariantRun } from "./support/variants.ts";
import { registry } from "../plan/support/nodes.ts";

const effect = { kind: "effect" } as const;
const SNAPSHOT = registry([
  { name: "fetch", in: ["url"], out: ["text"], ...effect },
  { name: "judge", in: ["text", "rules.set"], out: ["label"], ...effect },
  { name: "guess", in: ["text"], out: ["label"], cost: 9, ...effect },
]);

type Place = readonly [place: string, message: string];

/** How a run ends whose `judge` refuses its input at these places. */
function ends(places: readonly Place[]) {
  const run = new VariantRun(goalPlan(SNAPSHOT, ["label"], ["url", "rules.set"]), SNAPSHOT);
  run.send({ type: "start" });
  run.work();
  const details = places.map(([place, message]) => ({ place, message }));
  const refused = fault("INPUT_STATE_INVALID", "no", { ...(details[0] ? { place: details[0].place } : {}), details });
  for (const token of run.work(["judge@1.0.0"], refused)) run.answer(token);
  run.drain();
  const { status, replans = 0, fault: problem } = run.state.header;
  return { status, replans, code: problem?.code ?? null };
}

const failed = { status: "failed", replans: 0, code: "INPUT_STATE_INVALID" };
const goesOn = { status: "succeeded", replans: 1, code: null };

describe("an input that is refused", () => {
  it.each<[string, readonly Place[]]>([
    ["a given value", [['$["rules.set"]', "must be of type object"]]],
    ["a place in a given value", [['$["rules.set"].first[0]', "is not allowed here"]]],
    [
      "a given value among others",
      [
        ["$.text", "is too long"],
        ['$["rules.set"]', "is too long"],
      ],
    ],
    ["the whole, and a given value is part of it", [["$", "satisfies none of the alternatives"]]],
    ["nobody knows what", []],
  ])("ends the run because of %s", (_name, places) => {
    expect(ends(places)).toEqual(failed);
  });

  it("ends the run as well when a given value takes too much work to judge", () => {
    const details = [{ place: '$["rules.set"]', message: "takes too much work" }];
    const step = { inputs: { "rules.set": { step: null, key: "rules.set" } } } as unknown as PlanStep;
    const spent = fault("VALIDATION_BUDGET", "no", { details, blameless: true });
    expect(isOfGiven(step, spent)).toBe(true);
    expect(isOfGiven(step, fault("VALIDATION_BUDGET", "the node's own output", { details }))).toBe(false);
  });

  it.each<[string, readonly Place[]]>([
    ["another step's value", [["$.text", "is too long"]]],
    ["a place in it", [["$.text.length", "is odd"]]],
    ["that it is missing", [["$", "has no text"]]],
  ])("is planned around because of %s", (_name, places) => {
    expect(ends(places)).toEqual(goesOn);
  });
});
