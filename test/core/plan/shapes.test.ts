import { describe, expect, it } from "vitest";
import type { JsonSchema } from "../../../contracts/json/json.ts";
import { shapesOf, type Shapes } from "../../../src/core/plan/search/shapes.ts";
import { buildSnapshot } from "../../../src/core/registry/snapshot.ts";

/** Two schemas that take all the work a pair may take, different from every other pair. */
const costly = (i: number): readonly [JsonSchema, JsonSchema] => [
  { title: `from ${i}`, anyOf: Array.from({ length: 2_000 }, (_, n) => ({ const: n })) },
  { title: `to ${i}`, anyOf: Array.from({ length: 2_000 }, (_, n) => ({ const: -n })) },
];
const PAIRS = Array.from({ length: 6 }, (_, i) => costly(i));
const PLAIN: readonly [JsonSchema, JsonSchema] = [
  { type: "string", minLength: 3 },
  { type: "string", minLength: 2 },
];

const reasons = (shapes: Shapes): readonly string[] =>
  PAIRS.map(([from, to]) => {
    const fit = shapes.fit(from, to);
    return fit.fit === "unknown" ? fit.reason : fit.fit;
  });

describe("the comparisons of one plan", () => {
  const ALONE = "$: the schemas are too large to compare";
  const TOGETHER = "$: the schemas of the plan are too large to compare them all";

  it("end when they have taken too much together, and a pair that was asked keeps its answer", () => {
    const shapes = shapesOf(buildSnapshot("1.0", [], new Map())).forPlan();
    expect(shapes.fit(...PLAIN).fit).toBe("yes");
    expect(reasons(shapes)).toEqual([ALONE, ALONE, TOGETHER, TOGETHER, TOGETHER, TOGETHER]);
    expect(reasons(shapes).slice(0, 3)).toEqual([ALONE, ALONE, TOGETHER]);
    expect(shapes.fit({ type: "string", minLength: 4 }, { type: "string", minLength: 1 }).fit).toBe("unknown");
  });

  it("do not depend on the plans before", () => {
    const table = shapesOf(buildSnapshot("1.0", [], new Map()));
    const first = reasons(table.forPlan());
    expect([first, reasons(table.forPlan())]).toEqual([first, first]);
    for (const [from, to] of PAIRS.toReversed()) table.fit(from, to);
    expect(reasons(table.forPlan())).toEqual(first);
  });

  it("are not counted where schemas are as people write them", () => {
    const shapes = shapesOf(buildSnapshot("1.0", [], new Map())).forPlan();
    const fits = Array.from({ length: 3_000 }, (_, i) =>
      shapes.fit({ type: "string", minLength: i + 1 }, { type: "string", minLength: 1, description: `${i}` }),
    );
    expect(new Set(fits.map(({ fit }) => fit))).toEqual(new Set(["yes"]));
  });
});
