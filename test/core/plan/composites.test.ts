import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json.ts";
import type { Fault } from "../../../src/core/errors.ts";
import { MAX_NESTING } from "../../../src/core/plan/composites.ts";
import type { Plan } from "../../../src/core/plan/plan.ts";
import { planGoal } from "../../../src/core/plan/plan-goal.ts";
import { planGraph } from "../../../src/core/plan/plan-graph.ts";
import type { Policy } from "../../../src/core/plan/policy.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import { isOrdered } from "./support/hypergraphs.ts";
import { node, policy, registry, type NodeSketch } from "./support/nodes.ts";

const composite = (sketch: NodeSketch, graph: JsonObject): NodeDefinition => ({
  ...node({ ...sketch, entrypoint: { type: "composite", target: sketch.name } }),
  graph,
});

const LEAVES = [
  node({ name: "extract", in: ["text", "hints?"], out: ["fields"] }),
  node({ name: "check", in: ["fields"], out: ["verdict"] }),
  node({ name: "send", in: ["verdict"], out: ["receipt"], kind: "effect" }),
];
const INSPECT = composite(
  { name: "inspect", in: ["text", "hints?"], out: ["verdict", "fields"], execution: { cache: { ttlMs: 5_000 } } },
  { steps: [{ id: "read", node: "extract" }, { id: "judge", node: "check" }] },
);

function plan(nodes: readonly NodeDefinition[], want: readonly string[], given: readonly string[], rules: Partial<Policy> = {}): Plan {
  const result = planGoal({ want, given, policy: policy(rules) }, registry(nodes));
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function objection(nodes: readonly NodeDefinition[], want: string, given: readonly string[], rules: Partial<Policy> = {}): string {
  const result = planGoal({ want: [want], given, policy: policy(rules) }, registry(nodes));
  if (result.ok) throw new Error("was planned");
  return (result.error.details as { candidates: { reasons: string[] }[] }).candidates.flatMap((one) => one.reasons).join("; ");
}

describe("composites", () => {
  it("are unfolded into their parts, and kept as a boundary", () => {
    const made = plan([INSPECT], ["verdict"], ["text"], {});
    expect(made.steps).toEqual([]);
  });
});

describe("a composite in a plan", () => {
  const nodes = [...LEAVES.slice(0, 1), ...LEAVES.slice(2), INSPECT, node({ name: "check", lifecycle: "active", in: ["fields"], out: ["verdict"], cost: 90 })];

  it("is unfolded into parts named after it", () => {
    const made = plan(nodes, ["receipt"], ["text"]);
    expect(made.steps.map((step) => [step.id, step.node, step.parent])).toEqual([
      ["inspect/read", "extract", "inspect"],
      ["inspect/judge", "check", "inspect"],
      ["send", "send", undefined],
    ]);
    expect(made.steps[2]?.inputs).toEqual({ verdict: { step: "inspect/judge", key: "verdict" } });
    expect(isOrdered(made)).toBe(true);
  });
});
