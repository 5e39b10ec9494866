import { describe, expect, it } from "vitest";
import type { Graph } from "../../../src/core/plan/model/graph.ts";
import { planned, problem, refused, step } from "./support/graphs.ts";

describe("conditions of a graph", () => {
  const gated = (when: object): Partial<Graph> => ({
    steps: [
      { id: "l", node: "load" },
      { id: "n", node: "count", inputs: { text: "l.text" }, when: when as never },
    ],
    given: ["url"],
  });
  const test = (changes: object) => ({ test: { value: "l.text", path: "", op: "exists", than: null, ...changes } });

  it("are kept in the plan with their values resolved", () => {
    const plan = planned(gated({ all: [test({}), { not: { any: [test({ op: "eq", than: "" })] } }] }));
    expect(step(plan, "n").when).toEqual({
      all: [
        { test: { value: { step: "l", key: "text" }, path: "", op: "exists", than: null } },
        { not: { any: [{ test: { value: { step: "l", key: "text" }, path: "", op: "eq", than: "" } }] } },
      ],
    });
  });

  it.each<[string, object, string]>([
    ["an unknown output", test({ value: "l.nope" }), "gate_unknown_output"],
    ["an unknown step", test({ value: "k.text" }), "gate_unknown_output"],
    ["a list to look in that is none", test({ op: "in", than: "abc" }), "invalid_gate"],
    ["a comparison with nothing", test({ op: "lt", than: null }), "invalid_gate"],
    ["a list looked for", test({ op: "contains", than: ["a"] }), "invalid_gate"],
    ["a path that is none", test({ path: "$.a" }), "invalid_gate"],
    [
      "nesting without end",
      Array.from({ length: 100 }).reduce<object>((inner) => ({ not: inner }), test({})),
      "invalid_gate",
    ],
  ])("are refused for %s", (_, when, name) => {
    const fault = refused(gated(when));
    expect(problem(fault)).toBe(name);
    expect(fault.place).toMatch(/^steps\[1\]\.when/);
  });

  it("are refused for asking about a later output", () => {
    const gate = (value: string) => ({ test: { value, path: "", op: "exists" as const, than: null } });
    const fault = refused({
      steps: [
        { id: "a", node: "load", when: gate("b.words") },
        { id: "b", node: "count", inputs: { text: "a.text" } },
      ],
      given: ["url"],
    });
    expect(fault).toMatchObject({
      code: "PLAN_GATE_LATER_OUTPUT",
      message: "step a is gated by step b, which waits for it: a → b → a",
      place: "step a: when",
      hint: "ask about a step that does not wait for a",
      details: { problem: "gate_later_output", path: ["a", "b", "a"] },
    });
  });
});
