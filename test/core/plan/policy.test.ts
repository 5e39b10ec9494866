import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allOf, refusalReasons } from "../../../src/core/plan/search/eligible.ts";
import type { Policy } from "../../../src/core/plan/model/policy.ts";
import { nodesOf, planned, refused } from "./support/goals.ts";
import { node, policy, registry } from "./support/nodes.ts";
import { servedBy } from "../../../src/core/registry/served.ts";
import { ALL_SERVED } from "../../support/served.ts";

const PLANNED = { reach: "planned", guards: new Map() } as const;

describe("filters", () => {
  const x = (changes: object) => ({ name: "make", in: ["a"], out: ["x"], ...changes });
  const reasons = (changes: object, rules: Partial<Policy>, trust: Parameters<typeof registry>[1] = {}): unknown =>
    (refused(["x"], ["a"], registry([x(changes)], trust), rules).details as { candidates: { reasons: string[] }[] })
      .candidates[0]?.reasons;

  it("say why they reject, every reason", () => {
    expect(reasons({ lifecycle: "draft" }, {})).toEqual(["lifecycle draft is not allowed"]);
    expect(reasons({}, { minTrust: 0.6 }, { "make@1.0.0": { score: 0.41 } })).toEqual(["trust 0.41 < 0.6"]);
    expect(reasons({}, { minTrust: 0.6 }, { "make@1.0.0": { score: 0.59999 } })).toEqual(["trust 0.59999 < 0.6"]);
    expect(reasons({}, { allowUnproven: false })).toEqual(["unproven: confidence 0 < 0.5"]);
    expect(reasons({ namespace: "omnibase.x" }, { namespaces: { allow: ["onex"], deny: [] } })).toEqual([
      "namespace omnibase.x is not allowed",
    ]);
    expect(reasons({ namespace: "onex.bad.x" }, { namespaces: { allow: ["onex"], deny: ["onex.bad"] } })).toEqual([
      "namespace onex.bad.x is denied by onex.bad",
    ]);
    expect(reasons({ tags: ["slow"] }, { tags: { allow: ["fast"], deny: [] } })).toEqual([
      "none of its tags (slow) is allowed",
    ]);
    expect(reasons({}, { tags: { allow: ["fast"], deny: [] } })).toEqual(["has no tag, and tags are required"]);
    expect(reasons({ tags: ["a", "b"] }, { tags: { allow: null, deny: ["b"] } })).toEqual(["tag b is denied"]);
    expect(reasons({ group: "g" }, { groups: { allow: ["h"], deny: [] } })).toEqual(["group g is not allowed"]);
    expect(reasons({ group: "g" }, { groups: { allow: null, deny: ["g"] } })).toEqual(["group g is denied"]);
    expect(reasons({}, { groups: { allow: ["h"], deny: [] } })).toEqual(["has no group, and a group is required"]);
    expect(reasons({}, { pins: { make: "^2.0.0" } })).toEqual(["version 1.0.0 is outside the pin ^2.0.0"]);
    expect(reasons({ lifecycle: "draft", group: "g" }, { groups: { allow: null, deny: ["g"] } })).toHaveLength(2);
  });

  it("let pass what they allow", () => {
    const snapshot = registry(
      [x({ namespace: "onex.nodes.x", tags: ["fast", "new"], group: "g", lifecycle: "review" })],
      {
        "make@1.0.0": { score: 0.1, confidence: 0.2 },
      },
    );
    const rules: Partial<Policy> = {
      minTrust: 0.9,
      lifecycles: ["active", "review"],
      namespaces: { allow: ["onex.nodes"], deny: ["onex.node"] },
      tags: { allow: ["fast"], deny: ["old"] },
      groups: { allow: ["g"], deny: [] },
      pins: { make: "1.x", other: "9" },
    };
    expect(nodesOf(planned(["x"], ["a"], snapshot, rules))).toEqual(["make"]);
  });

  it("come to the same verdict whichever way it is reached", () => {
    const subject = node({ name: "make", out: ["x"], tags: ["fast"], group: "g" });
    const filter = fc.record({
      allow: fc.option(fc.subarray(["fast", "g", "onex", "z"])),
      deny: fc.subarray(["fast", "g", "onex", "z"], { maxLength: 1 }),
    });
    const rules = fc.record({
      minTrust: fc.constantFrom(0, 0.5, 0.9),
      minConfidence: fc.constantFrom(0, 0.5, 1),
      allowUnproven: fc.boolean(),
      lifecycles: fc.constantFrom(["active" as const], ["draft" as const]),
      namespaces: filter,
      tags: filter,
      groups: filter,
      pins: fc.constantFrom({}, { make: "^2" }, { other: "^2" }),
    });
    const unknown = fc.oneof(fc.constant(policy()), rules.map(policy));
    fc.assert(
      fc.property(unknown, fc.constantFrom(0.1, 0.6, 1), fc.constantFrom(0, 0.6), (one, score, confidence) => {
        const trust = { score, confidence, samples: 1 };
        // An exclusion of another node changes nothing but the way the verdict is reached.
        const without = (ref: string) => ({ served: ALL_SERVED, excluded: new Map([[ref, "excluded"]]) });
        const slowly = refusalReasons(subject, trust, one, without("other@1.0.0"), PLANNED);
        expect(refusalReasons(subject, trust, one, allOf(ALL_SERVED), PLANNED)).toEqual(slowly);
        expect(refusalReasons(subject, trust, one, without("make@1.0.0"), PLANNED)).toEqual(["excluded", ...slowly]);
        // Nor does a deployment that serves nothing hide what the policy says.
        expect(refusalReasons(subject, trust, one, allOf(servedBy([])), PLANNED)).toEqual([
          "no handler here executes builtin entrypoints",
          ...slowly,
        ]);
      }),
    );
  });

  it("apply pins to the choice between versions", () => {
    const snapshot = registry(["1.0.0", "1.2.0", "2.0.0"].map((version) => x({ version })));
    expect(planned(["x"], ["a"], snapshot, { pins: { make: "^1.0.0" } }).steps[0]?.version).toBe("1.2.0");
    expect(refused(["x"], ["a"], snapshot, { pins: { make: "latest!" } })).toMatchObject({
      code: "PLAN_INVALID_PIN",
      place: "policy.pins.make",
      details: { problem: "invalid_pin" },
    });
  });
});

describe("contradictory policies", () => {
  it.each<[Partial<Policy>, string, string]>([
    [{ mode: "sequential", maxParallelism: 4 }, "policy.mode", "policy.max_parallelism"],
    [{ allowUnproven: false, minConfidence: 1 }, "policy.allow_unproven", "policy.min_confidence"],
    [{ tags: { allow: ["a"], deny: ["a"] } }, "policy.tags.allow", "policy.tags.deny"],
    [{ groups: { allow: ["a"], deny: ["a"] } }, "policy.groups.allow", "policy.groups.deny"],
    [{ namespaces: { allow: ["a"], deny: ["a"] } }, "policy.namespaces.allow", "policy.namespaces.deny"],
  ])("%j names both fields", (rules, first, second) => {
    const fault = refused(["x"], [], registry([{ name: "make", out: ["x"] }]), rules);
    expect(fault.code).toBe("PLAN_POLICY_CONFLICT");
    expect(fault.details).toMatchObject({ fields: [first, second] });
    expect(fault.hint).toContain(first);
    expect(fault.hint).toContain(second);
  });
});
