import { describe, expect, it } from "vitest";
import { stamp } from "../../src/core/metadata/stamp.ts";
import { planGraph } from "../../src/core/plan/graph/plan-graph.ts";
import { DEFAULT_POLICY } from "../../src/core/plan/model/policy.ts";
import { DEFAULT_WAIT_TIMEOUT_MS } from "../../src/core/plan/model/wait.ts";
import { admitNode } from "../../src/core/registry/admit.ts";
import { buildSnapshot } from "../../src/core/registry/snapshot.ts";
import { artifactsOf, definitionOf, nodeNames } from "./built-in.ts";
import { ALL_SERVED } from "../support/served.ts";

const NAMES = ["wait_approval", "wait_event", "wait_sleep"];

/** The faults of a wait_event whose entrypoint or contract says something else. */
function refusals(change: { readonly target?: string; readonly contract?: (text: string) => string }) {
  const { metadata, contract } = artifactsOf("wait_event");
  const fields = { entrypoint: { type: "wait", target: change.target ?? "event" }, x_extensions: null };
  const stamped = stamp(metadata, { path: "node.onex.yaml", now: "2026-01-31T12:00:00Z", uuid: "", fields });
  if (!stamped.ok) throw new Error(stamped.error.map(({ message }) => message).join("; "));
  const admitted = admitNode({ metadata: stamped.value.text, contract: change.contract?.(contract) ?? contract });
  return admitted.ok ? [] : admitted.error.map(({ message }) => message);
}

describe("a wait node", () => {
  it.each(NAMES)("%s is planned as a wait of its own, never inline", (name) => {
    const snapshot = buildSnapshot("1.0", nodeNames.map(definitionOf), new Map());
    const graph = {
      steps: [
        { id: "a", node: name },
        { id: "b", node: "noop", after: ["a"] },
      ],
      given: [],
    };
    const plan = planGraph(graph, snapshot, DEFAULT_POLICY, ALL_SERVED);
    if (!plan.ok) throw new Error(plan.error.message);
    expect(plan.value.steps.find(({ id }) => id === "a")).toMatchObject({
      entrypoint: "wait",
      wait: { kind: name.replace("wait_", ""), ms: null, event: null, timeoutMs: DEFAULT_WAIT_TIMEOUT_MS },
    });
    expect(plan.value.segments).toMatchObject([
      { steps: ["a"], inline: false },
      { steps: ["b"], inline: false },
    ]);
  });

  it.each(["sleep", "event", "approval"])("may wait for %s", (target) => {
    expect(refusals({ target })).toEqual([]);
  });

  it.each(["naps", "Sleep", "constructor"])("may not wait for %s", (target) => {
    expect(refusals({ target })).toEqual([`nothing can wait for "${target}"`]);
  });

  it("yields one value, which is what it waited for", () => {
    const second = (text: string): string =>
      text.replace("output_contract:", "output_contract:\n  wait.more: {}").replace(/^examples:[^]*/m, "");
    expect(refusals({ contract: second })).toEqual(["a wait yields exactly one value"]);
  });
});
