import { describe, expect, it } from "vitest";
import { readBlock } from "../../src/core/metadata/read.ts";
import { planGoal } from "../../src/core/plan/search/plan-goal.ts";
import { DEFAULT_POLICY } from "../../src/core/plan/model/policy.ts";
import { buildSnapshot } from "../../src/core/registry/snapshot.ts";
import { definitionOf, hasNodeFile, nodeNames, readNodeFile } from "./built-in.ts";
import { ALL_SERVED } from "../support/served.ts";

/** Nodes without code: the ring itself does what they do. */
const WAITS: ReadonlySet<string> = new Set(["wait_approval", "wait_event", "wait_sleep"]);

describe("built-in nodes", () => {
  it("are all there", () => {
    expect(nodeNames).toEqual([
      "hash_verify",
      "metadata_extract",
      "metadata_report",
      "metadata_validate",
      "noop",
      "scaffold",
      "wait_approval",
      "wait_event",
      "wait_sleep",
    ]);
  });

  describe.each(nodeNames)("%s", (name) => {
    it("has a verified block, is admitted and explains itself", () => {
      expect(readBlock(readNodeFile(name, "node.onex.yaml"), { path: "node.onex.yaml" })).toMatchObject({
        dialect: "ONEX",
        hash: "verified",
      });
      expect(definitionOf(name)).toMatchObject({
        name,
        lifecycle: "active",
        namespace: `onex.nodes.${name}`,
        entrypoint: WAITS.has(name)
          ? { type: "wait", target: name.replace("wait_", "") }
          : { type: "builtin", target: name },
      });
      expect(hasNodeFile(name, "node.ts")).toBe(!WAITS.has(name));
      const readme = readNodeFile(name, "README.md");
      const { inputs, outputs } = definitionOf(name);
      for (const key of [...Object.keys(inputs), ...Object.keys(outputs)]) expect(readme).toContain(`\`${key}\``);
    });
  });

  it("share no uuid", () => {
    expect(new Set(nodeNames.map((name) => definitionOf(name).uuid)).size).toBe(nodeNames.length);
  });

  it("are what a plan for metadata.report needs, those four and no other", () => {
    const snapshot = buildSnapshot("1.0", nodeNames.map(definitionOf), new Map());
    const goal = { want: ["metadata.report"], given: ["document.text"], policy: DEFAULT_POLICY };
    const plan = planGoal(goal, snapshot, ALL_SERVED);
    if (!plan.ok) throw new Error(plan.error.message);
    const chosen = plan.value.steps.map(({ node }) => node);
    expect(chosen.toSorted()).toEqual(["hash_verify", "metadata_extract", "metadata_report", "metadata_validate"]);
    expect(plan.value.segments).toMatchObject([{ inline: true }]);
    expect(plan.value.steps.flatMap(({ unchecked }) => unchecked ?? [])).toEqual([]);
  });
});
