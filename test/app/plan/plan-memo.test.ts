import { describe, expect, it } from "vitest";
import { fault, type Fault } from "../../../src/core/errors.ts";
import { PlanMemo } from "../../../src/app/plan/plan-memo.ts";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import type { Served } from "../../../src/core/registry/served.ts";
import type { RegistrySnapshot } from "../../../src/core/registry/snapshot.ts";
import { err, ok, type Result } from "../../../src/core/result.ts";
import { planned } from "../../core/plan/support/graphs.ts";
import { registry } from "../../core/plan/support/nodes.ts";
import { ALL_SERVED, servedByNames } from "../../support/served.ts";

const MEMO = new PlanMemo();
const NODES = [{ name: "n", in: ["a"], out: ["b"] }];
const PLAN = planned({ steps: [{ id: "t", node: "n" }], given: ["a"] }, {}, registry(NODES));
/** More than half of what the cache holds, in characters. */
const TOO_MUCH = 9_000_000;

/** Asks, and says whether the answer had to be made. */
function isMade(
  question: string,
  snapshot: RegistrySnapshot,
  answer: Result<Plan, Fault> = ok(PLAN),
  served = ALL_SERVED,
): boolean {
  let made = false;
  const given = MEMO.remembered(question, { snapshot, served }, () => {
    made = true;
    return answer;
  });
  expect(given).toEqual(answer);
  return made;
}

const refusal = (chars: number): Result<Plan, Fault> => err(fault("INVALID_PARAMETER", "x".repeat(chars)));

describe("the plans an isolate remembers", () => {
  it("are made once for a question and a snapshot", () => {
    const snapshot = registry(NODES);
    expect([isMade("q", snapshot), isMade("q", snapshot), isMade("p", snapshot)]).toEqual([true, false, true]);
  });

  it("belong to one snapshot, however alike another is: whatever tenant, nodes or scores it is of", () => {
    const [own, other] = [registry(NODES), registry(NODES)];
    expect(other).toEqual(own);
    expect([isMade("q", own), isMade("q", other), isMade("q", own), isMade("q", other)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("belong to what is served, too", () => {
    const snapshot = registry(NODES);
    const [little, much] = [servedByNames(["builtin"]), servedByNames(["noop", "builtin"])];
    const ask = (served: Served) => isMade("q", snapshot, ok(PLAN), served);
    expect([ask(little), ask(much), ask(little), ask(servedByNames(["builtin", "noop"]))]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("are not found by a question that begins like a snapshot's number", () => {
    const snapshots = Array.from({ length: 12 }, () => registry(NODES));
    for (const snapshot of snapshots) isMade("1 q", snapshot);
    for (const snapshot of snapshots) expect(isMade("q", snapshot)).toBe(true);
  });

  it("weigh what they say: a refusal far longer than its question is not kept beside everything else", () => {
    const snapshot = registry(NODES);
    expect([isMade("small", snapshot, refusal(10)), isMade("small", snapshot, refusal(10))]).toEqual([true, false]);
    expect([isMade("q", snapshot, refusal(TOO_MUCH)), isMade("q", snapshot, refusal(TOO_MUCH))]).toEqual([true, true]);
    expect(isMade("small", snapshot, refusal(10))).toBe(false);
  });

  it("stay within their bounds when many refusals are long", () => {
    const snapshot = registry(NODES);
    const long = refusal(TOO_MUCH / 3);
    const numbers = Array.from({ length: 12 }, (_, n) => n);
    for (const n of numbers) expect(isMade(`q${n}`, snapshot, long)).toBe(true);
    const kept = numbers.filter(
      (n) => MEMO.remembered(`q${n}`, { snapshot, served: ALL_SERVED }, () => refusal(1)) === long,
    );
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length * (TOO_MUCH / 3) * 2).toBeLessThanOrEqual(32 * 1_024 * 1_024);
  });

  it("weigh a plan by what it holds", () => {
    const snapshot = registry(NODES);
    const [step] = PLAN.steps;
    if (!step) throw new Error("the plan has a step");
    const vast: Plan = { ...PLAN, steps: Array.from({ length: 40_000 }, (_, i) => ({ ...step, id: `t${i}` })) };
    expect([isMade("vast", snapshot, ok(vast)), isMade("vast", snapshot, ok(vast))]).toEqual([true, true]);
    expect([isMade("q", snapshot), isMade("q", snapshot)]).toEqual([true, false]);
  });
});
