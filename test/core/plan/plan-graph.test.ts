import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planEdges } from "../../../src/core/plan/model/plan-index.ts";
import type { Policy } from "../../../src/core/plan/model/policy.ts";
import { planned, problem, refused, step } from "./support/graphs.ts";

describe("planGraph", () => {
  it("orders the steps, binds by name what is unambiguous, and ends with what nobody consumes", () => {
    const plan = planned({
      steps: [
        { id: "c", node: "count" },
        { id: "l", node: "load" },
      ],
      given: ["url"],
    });
    expect(plan.steps.map((one) => one.id)).toEqual(["l", "c"]);
    expect(step(plan, "c")).toMatchObject({ version: "2.0.0", inputs: { text: { step: "l", key: "text" } } });
    expect(plan.results).toEqual({ words: { step: "c", key: "words" } });
    expect(plan.origin).toBe("graph");
  });

  it("binds the last earlier step of a pipeline of like keys", () => {
    const plan = planned({
      steps: [
        { id: "l", node: "load" },
        { id: "c1", node: "clean", inputs: { text: "l.text" } },
        { id: "c2", node: "clean", after: ["c1"] },
        { id: "n", node: "count", after: ["c2"] },
      ],
      given: ["url"],
    });
    expect(step(plan, "c2").inputs).toEqual({ text: { step: "c1", key: "text" } });
    expect(step(plan, "n").inputs).toEqual({ text: { step: "c2", key: "text" } });
  });

  it("takes the given value where only later steps yield the key", () => {
    const plan = planned({ steps: [{ id: "c", node: "clean" }], given: ["text"] });
    expect(step(plan, "c").inputs).toEqual({ text: { step: null, key: "text" } });
  });

  it("names results by step where two steps yield the key", () => {
    const plan = planned({
      steps: [
        { id: "a", node: "load" },
        { id: "b", node: "load" },
      ],
      given: ["url"],
    });
    expect(Object.keys(plan.results)).toEqual(["a.text", "b.text"]);
  });

  it("wants what it is told to: keys of the last step that yields them, steps' outputs, given values", () => {
    const steps = [
      { id: "l", node: "load" },
      { id: "c", node: "clean", inputs: { text: "l.text" } },
    ];
    expect(planned({ steps, given: ["url"], want: ["text", "l.text", "url"] }).results).toEqual({
      "l.text": { step: "l", key: "text" },
      text: { step: "c", key: "text" },
      url: { step: null, key: "url" },
    });
    expect(planned({ steps, given: ["url"], results: { raw: "l.text" } }).results).toEqual({
      raw: { step: "l", key: "text" },
    });
  });

  it("knows all three kinds of edge", () => {
    const plan = planned({
      steps: [
        { id: "l", node: "load" },
        { id: "p", node: "ping", after: ["l"] },
        {
          id: "n",
          node: "count",
          inputs: { text: "l.text" },
          when: { test: { value: "l.text", path: "", op: "ne", than: "" } },
        },
      ],
      given: ["url"],
    });
    expect(planEdges(plan)).toEqual([
      { from: "l", to: "n", kind: "value", key: "text" },
      { from: "l", to: "n", kind: "gate", key: "text" },
      { from: "l", to: "p", kind: "signal", key: null },
    ]);
  });

  it("takes the newest version in the range that the policy allows", () => {
    const version = (range: string | undefined, rules: Partial<Policy> = {}): string =>
      step(
        planned({ steps: [{ id: "n", node: "count", ...(range ? { version: range } : {}) }], given: ["text"] }, rules),
        "n",
      ).version;
    expect(version(undefined)).toBe("2.0.0");
    expect(version("^1.0.0")).toBe("1.0.0");
    expect(version(undefined, { lifecycles: ["active", "draft"] })).toBe("3.0.0");
    expect(version(undefined, { pins: { count: "1.x" } })).toBe("1.0.0");
  });

  it("says of every version why it was taken or not", () => {
    const plan = planned({ steps: [{ id: "n", node: "count", version: ">=1" }], given: ["text"] });
    expect(
      plan.why
        .find((choice) => choice.key === "words")
        ?.candidates.map(({ version, verdict, reasons }) => [version, verdict, reasons]),
    ).toEqual([
      ["3.0.0", "rejected", ["lifecycle draft is not allowed"]],
      ["2.0.0", "chosen", ["named by the graph"]],
      ["1.0.0", "fallback", ["version 1.0.0 is older than 2.0.0"]],
    ]);
  });

  it("is one plan whatever order its steps are listed in", () => {
    const steps = [
      { id: "l", node: "load" },
      { id: "c", node: "clean", inputs: { text: "l.text" } },
      { id: "n", node: "count", inputs: { text: "c.text" } },
      { id: "p", node: "ping", after: ["n"] },
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(steps, { minLength: 4 }), (shuffled) => {
        expect(planned({ steps: shuffled, given: ["url"] }).hash).toBe(planned({ steps, given: ["url"] }).hash);
      }),
    );
  });
});

describe("large graphs", () => {
  it("of 10,000 steps are planned, chains and pipelines of like keys too", () => {
    const chain = Array.from({ length: 10_000 }, (_, i) => ({
      id: `s${i}`,
      node: i === 0 ? "load" : "clean",
      ...(i === 0 ? {} : { after: [`s${i - 1}`] }),
    }));
    const plan = planned({ steps: chain, given: ["url"], want: ["text"] }, { maxDepth: 10_000 });
    expect(plan.depth).toBe(10_000);
    expect(step(plan, "s9999").inputs).toEqual({ text: { step: "s9998", key: "text" } });
    expect(plan.results).toEqual({ text: { step: "s9999", key: "text" } });
  });

  it("of 10,000 effects in a row have a segment each", () => {
    const chain = Array.from({ length: 10_000 }, (_, i) => ({
      id: `s${i}`,
      node: "ping",
      after: i === 0 ? [] : [`s${i - 1}`],
    }));
    expect(planned({ steps: chain }, { maxDepth: 10_000 }).segments).toHaveLength(10_000);
  });

  it("in which every input is ambiguous are refused in good time", () => {
    const steps = Array.from({ length: 5_000 }, (_, i) => ({ id: `s${i}`, node: "clean" }));
    expect(problem(refused({ steps, given: ["text"] }))).toMatch(/^(ambiguous_input|max_bindings)$/);
  });
});
