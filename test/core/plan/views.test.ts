import { describe, expect, it } from "vitest";
import { diffPlans } from "../../../src/core/plan/replan/diff-plans.ts";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import type { Policy } from "../../../src/core/plan/model/policy.ts";
import { diffText } from "../../../src/core/plan/views/diff-text.ts";
import { planText } from "../../../src/core/plan/views/plan-text.ts";
import { policy, registry } from "./support/nodes.ts";
import { ALL_SERVED } from "../../support/served.ts";

const SNAPSHOT = registry([
  { name: "load", in: ["url"], out: ["text"] },
  { name: "fetch", in: ["url"], out: ["text"], cost: 3 },
  { name: "sketch", in: ["url"], out: ["text"], lifecycle: "draft" },
  { name: "count", in: ["text"], out: ["words"] },
]);

function plan(rules: Partial<Policy> = {}): Plan {
  const result = planGoal({ want: ["words"], given: ["url"], policy: policy(rules) }, SNAPSHOT, ALL_SERVED);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe("planText", () => {
  it("shows the figures, the tree, and why each key comes from where it comes from", () => {
    const made = plan();
    expect(planText(made, "tree")).toBe(
      `plan ${made.hash.slice(0, 12)}: 2 steps in 1 segment, cost 4.4 (the least), depth 2

words ← count@1.0.0 [s0]
  text ← load@1.0.0 [s0]
    url ← given

why
  text ← load@1.0.0: costs 2.2 (2 other candidates)
  url ← given
  words ← count@1.0.0: costs 4.4
`,
    );
  });

  it("shows every candidate when asked to", () => {
    const text = planText(plan(), "tree", { everyone: true });
    expect(text).toContain(`why
  text
    chosen    load@1.0.0    costs 2.2
    fallback  fetch@1.0.0   costs 6.2, chosen costs 2.2
    rejected  sketch@1.0.0  lifecycle draft is not allowed
  url ← given
  words
    chosen    count@1.0.0  costs 4.4
`);
  });

  it("tells the guards that shaped the plan", () => {
    expect(planText(plan({ deadlineMs: 15 }), "tree")).toMatch(
      /\nguards\n {2}deadline_ms 15 is less than the 20 ms the steps are expected to take\n$/,
    );
  });

  it("is one text ending with a line break in every form", () => {
    for (const format of ["mermaid", "dot"] as const)
      expect(planText(plan(), format)).toMatch(/^(flowchart|digraph)[^]+\S\n$/);
  });
});

describe("diffText", () => {
  it("names what was added, removed and changed, with both values", () => {
    const [before, after] = [plan(), plan({ tags: { allow: null, deny: [] }, pins: { load: "^9" } })];
    expect(diffText(diffPlans(before, after), before, after)).toBe(
      `the plans differ: ${before.hash.slice(0, 12)} → ${after.hash.slice(0, 12)}
- step load (load@1.0.0)
+ step fetch (fetch@1.0.0)
~ step count
    inputs.text: {"step":"load","key":"text"} → {"step":"fetch","key":"text"}
~ plan
    cost: 4.4 → 8.4
    policy.pins: {} → {"load":"^9"}
`,
    );
  });

  it("says when both do the same", () => {
    expect(diffText(diffPlans(plan(), plan()), plan(), plan())).toMatch(/^both plans do the same: [0-9a-f]{12}\n$/);
  });
});
