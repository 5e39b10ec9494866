import { describe, expect, it } from "vitest";
import { restorePlan, storePlan } from "../../../src/core/plan/stored/stored-plan.ts";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import { planned } from "./support/graphs.ts";
import { node, registry } from "./support/nodes.ts";

const composite = { type: "composite" as const, target: "" };
const SNAPSHOT = registry([
  { name: "get", in: ["url"], out: ["text"] },
  { name: "len", in: ["text"], out: ["n"] },
  {
    ...node({ name: "both", in: ["url"], out: ["text"] }),
    graph: { steps: [{ id: "read", node: "get" }] },
    entrypoint: composite,
  },
  {
    ...node({ name: "outer", in: ["url"], out: ["text"] }),
    graph: { steps: [{ id: "in", node: "both" }] },
    entrypoint: composite,
  },
]);

/** Key by key, the nodes that are said to have been chosen for it. */
const chosen = ({ why }: Plan): unknown =>
  Object.fromEntries(why.map(({ key, candidates }) => [key, candidates.map((one) => one.node)]));

describe("why an explicit graph's plan uses what it uses", () => {
  it("names the node its author put there, whatever strokes are in the step's id", () => {
    const plan = planned(
      {
        steps: [
          { id: "a", node: "get" },
          { id: "a/b", node: "len" },
        ],
        given: ["url"],
      },
      {},
      SNAPSHOT,
    );
    expect(chosen(plan)).toEqual({ url: [], text: ["get"], n: ["len"] });
    expect(restorePlan(storePlan(plan))).toEqual(plan);
  });

  it("names the outermost composite for what a part of it yields", () => {
    for (const [id, name] of [
      ["a", "both"],
      ["x/a", "both"],
      ["a", "outer"],
      ["x/y/a", "outer"],
    ] as const) {
      const plan = planned(
        {
          steps: [
            { id, node: name },
            { id: "c", node: "len" },
          ],
          given: ["url"],
        },
        {},
        SNAPSHOT,
      );
      expect(plan.steps.length).toBe(2);
      expect(chosen(plan)).toEqual({ url: [], text: [name], n: ["len"] });
      expect(restorePlan(storePlan(plan))).toEqual(plan);
    }
  });
});
