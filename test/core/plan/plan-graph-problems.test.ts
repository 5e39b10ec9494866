import { describe, expect, it } from "vitest";
import type { Graph } from "../../../src/core/plan/model/graph.ts";
import { problem, refused } from "./support/graphs.ts";
import { registry } from "./support/nodes.ts";

describe("what is wrong with a graph", () => {
  const L = { id: "l", node: "load" };
  it.each<[string, Partial<Graph>, string, string, string, RegExp]>([
    ["no steps", {}, "PLAN_NOTHING_WANTED", "nothing_wanted", "steps", /add/],
    [
      "two steps of one id",
      { steps: [L, L], given: ["url"] },
      "PLAN_DUPLICATE_STEP",
      "duplicate_step",
      "steps[1].id",
      /steps\[0\]/,
    ],
    [
      "an unknown node",
      { steps: [{ id: "l", node: "loud" }] },
      "NODE_NOT_FOUND",
      "unknown_node",
      "steps[0].node",
      /did you mean load/,
    ],
    [
      "an unknown version",
      { steps: [{ ...L, version: "^9.0.0" }] },
      "PLAN_VERSION_UNSATISFIED",
      "unknown_version",
      "steps[0].version",
      /1\.0\.0/,
    ],
    [
      "a version that is none",
      { steps: [{ ...L, version: "newest please" }] },
      "PLAN_INVALID_VERSION_RANGE",
      "invalid_version_range",
      "steps[0].version",
      /\^1\.2\.0/,
    ],
    [
      "a node the policy keeps out",
      { steps: [{ id: "n", node: "count", version: "3.x" }], given: ["text"] },
      "PLAN_NODE_NOT_ALLOWED",
      "node_not_allowed",
      "steps[0].node",
      /relax/,
    ],
    [
      "an edge to no step",
      { steps: [{ ...L, after: ["k"] }], given: ["url"] },
      "PLAN_DANGLING_EDGE",
      "dangling_edge",
      "steps[0].after[0]",
      /did you mean l/,
    ],
    [
      "a value of no step",
      { steps: [L, { id: "n", node: "count", inputs: { text: "k.text" } }], given: ["url"] },
      "PLAN_DANGLING_EDGE",
      "dangling_edge",
      'steps[1].inputs["text"]',
      /did you mean l\.text/,
    ],
    [
      "a value that is not given",
      { steps: [{ ...L, inputs: { url: { step: null, key: "uri" } } }], given: ["url"] },
      "PLAN_DANGLING_EDGE",
      "dangling_edge",
      'steps[0].inputs["url"]',
      /did you mean url/,
    ],
    [
      "an output the step has not",
      { steps: [L, { id: "n", node: "count", inputs: { text: "l.texts" } }], given: ["url"] },
      "PLAN_UNKNOWN_OUTPUT",
      "unknown_output",
      'steps[1].inputs["text"]',
      /did you mean text/,
    ],
    [
      "an input the node has not",
      { steps: [{ ...L, inputs: { uri: "url" } }], given: ["url"] },
      "PLAN_UNKNOWN_INPUT",
      "unknown_input",
      'steps[0].inputs["uri"]',
      /did you mean url/,
    ],
    [
      "a step after itself",
      { steps: [{ ...L, after: ["l"] }], given: ["url"] },
      "PLAN_SELF_DEPENDENCY",
      "self_dependency",
      "steps[0].after[0]",
      /another step/,
    ],
    [
      "a step that feeds itself",
      { steps: [{ id: "c", node: "clean", inputs: { text: "c.text" } }] },
      "PLAN_SELF_DEPENDENCY",
      "self_dependency",
      'steps[0].inputs["text"]',
      /another step/,
    ],
    [
      "a step gated by itself",
      { steps: [{ ...L, when: { test: { value: "l.text", path: "", op: "exists", than: null } } }], given: ["url"] },
      "PLAN_SELF_DEPENDENCY",
      "self_dependency",
      "steps[0].when",
      /another step/,
    ],
    [
      "nothing to feed an input",
      { steps: [L] },
      "PLAN_UNBOUND_INPUT",
      "unbound_input",
      'steps[0].inputs["url"]',
      /give it/,
    ],
    [
      "two things to feed an input",
      { steps: [L, { id: "l2", node: "load" }, { id: "n", node: "count" }], given: ["url"] },
      "PLAN_AMBIGUOUS_INPUT",
      "ambiguous_input",
      'steps[2].inputs["text"]',
      /inputs: \{"text": "l\.text"\}/,
    ],
    [
      "a given value and a step to feed an input",
      { steps: [L, { id: "n", node: "count" }], given: ["url", "text"] },
      "PLAN_AMBIGUOUS_INPUT",
      "ambiguous_input",
      'steps[1].inputs["text"]',
      /name one/,
    ],
    [
      "a text that is a step's output and a given key",
      { steps: [L, { id: "n", node: "count", inputs: { text: "l.text" } }], given: ["url", "l.text"] },
      "PLAN_AMBIGUOUS_INPUT",
      "ambiguous_input",
      'steps[1].inputs["text"]',
      /\{step, key\}/,
    ],
    [
      "a wanted key two steps end with",
      { steps: [L, { id: "l2", node: "load" }], given: ["url"], want: ["text"] },
      "PLAN_AMBIGUOUS_RESULT",
      "ambiguous_result",
      "want[0]",
      /l\.text/,
    ],
    [
      "a wanted key no step yields",
      { steps: [L], given: ["url"], want: ["words"] },
      "PLAN_DANGLING_EDGE",
      "dangling_edge",
      "want[0]",
      /step\.output_key/,
    ],
    [
      "an empty list of wants",
      { steps: [L], given: ["url"], want: [] },
      "PLAN_NOTHING_WANTED",
      "nothing_wanted",
      "want",
      /leave/,
    ],
  ])("%s", (_, graph, code, name, place, hint) => {
    const fault = refused(graph);
    expect([fault.code, problem(fault), fault.place]).toEqual([code, name, place]);
    expect(fault.hint).toMatch(hint);
  });

  it("is a cycle, reported as its path", () => {
    const fault = refused({
      steps: [
        { id: "a", node: "ping", after: ["c"] },
        { id: "b", node: "ping", after: ["a"] },
        { id: "c", node: "ping", after: ["b"] },
      ],
    });
    expect(fault).toMatchObject({
      code: "PLAN_CYCLE",
      message: "steps wait for each other in a circle: a → c → b → a",
      details: { path: ["a", "c", "b", "a"] },
    });
  });

  it("is a value that cannot fit, with its place", () => {
    const typed = registry([
      {
        name: "make",
        out: {
          order: {
            type: "object",
            properties: {
              items: { type: "array", items: { type: "object", properties: { price: { type: "string" } } } },
            },
          },
        },
      },
      {
        name: "sum",
        in: {
          order: {
            type: "object",
            properties: {
              items: { type: "array", items: { type: "object", properties: { price: { type: "number" } } } },
            },
          },
        },
        out: ["total"],
      },
    ]);
    const fault = refused(
      {
        steps: [
          { id: "m", node: "make" },
          { id: "s", node: "sum", inputs: { order: "m.order" } },
        ],
      },
      {},
      typed,
    );
    expect(problem(fault)).toBe("incompatible_input");
    expect(fault.message).toBe("m.order does not fit order at $.items[].price: string is not number");
    expect(
      problem(
        refused(
          {
            steps: [
              { id: "m", node: "make" },
              { id: "s", node: "sum" },
            ],
          },
          {},
          typed,
        ),
      ),
    ).toBe("incompatible_input");
  });

  it("is too many steps or too long a chain", () => {
    const chain = Array.from({ length: 5 }, (_, i) => ({
      id: `s${i}`,
      node: "ping",
      after: i === 0 ? [] : [`s${i - 1}`],
    }));
    expect(refused({ steps: chain }, { maxSteps: 4 })).toMatchObject({
      code: "PLAN_TOO_MANY_STEPS",
      place: "policy.max_steps",
    });
    expect(refused({ steps: chain }, { maxDepth: 4 })).toMatchObject({
      code: "PLAN_TOO_DEEP",
      place: "policy.max_depth",
    });
    expect(refused({ steps: chain }, { maxCost: 3 })).toMatchObject({
      code: "PLAN_TOO_COSTLY",
      place: "policy.max_cost",
    });
  });

  it("is told all at once", () => {
    const fault = refused({
      steps: [
        { id: "a", node: "nope" },
        { id: "a", node: "load" },
        { id: "b", node: "nada" },
      ],
    });
    expect((fault.details as { problems: unknown[] }).problems).toHaveLength(3);
  });
});
