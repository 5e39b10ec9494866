import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { Fault } from "../../../src/core/errors.ts";
import { planGraph } from "../../../src/core/plan/graph/plan-graph.ts";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import { mutatePlan } from "../../../src/core/plan/replan/mutate-plan.ts";
import { replan } from "../../../src/core/plan/replan/replan.ts";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import { EXECUTABLE_TYPES } from "../../../src/core/registry/entrypoints.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import { isServed, servedBy, type Served } from "../../../src/core/registry/served.ts";
import { buildSnapshot, type RegistrySnapshot } from "../../../src/core/registry/snapshot.ts";
import type { Result } from "../../../src/core/result.ts";
import { ALL_SERVED, servedByNames } from "../../support/served.ts";
import { candidates } from "./support/goals.ts";
import { hypergraph, type Hypergraph } from "./support/hypergraphs.ts";
import { policy, registry } from "./support/nodes.ts";

const HERE = servedByNames(["builtin", "function", "noop"]);
const at = (type: string) => ({ entrypoint: { type, target: "x" } });
const goal = (snapshot: RegistrySnapshot, served: Served) =>
  planGoal({ want: ["text"], given: ["url"], policy: policy() }, snapshot, served);
const graph = (node: string, snapshot: RegistrySnapshot, served = HERE, version?: string) =>
  planGraph(
    { steps: [{ id: "a", node, ...(version === undefined ? {} : { version }) }], given: ["url"] },
    snapshot,
    policy(),
    served,
  );

function planned(result: Result<Plan, Fault>): Plan {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

function refused(result: Result<Plan, Fault>): Fault {
  if (result.ok) throw new Error(`planned ${result.value.steps.map(({ node }) => node).join(", ")}`);
  return result.error;
}

const FETCH = { name: "fetch", in: ["url"], out: ["text"], cost: 1, ...at("http") };
const LOAD = { name: "load", in: ["url"], out: ["text"], cost: 50 };

describe("a node that nobody here can execute", () => {
  it.each(["http", "wasm", "python", "cli", "docker", "typescript", "javascript"])(
    "of type %s is rejected with that reason, however cheap it is",
    (type) => {
      const snapshot = registry([{ ...FETCH, ...at(type) }, LOAD]);
      const plan = planned(goal(snapshot, HERE));
      expect(plan.steps.map(({ node }) => node)).toEqual(["load"]);
      const [chosen, rejected] = candidates(plan, "text");
      expect(chosen).toMatchObject({ node: "load", verdict: "chosen" });
      expect(rejected).toMatchObject({ node: "fetch", verdict: "rejected", reasons: [expect.stringContaining(type)] });
      expect(planned(goal(snapshot, ALL_SERVED)).steps.map(({ node }) => node)).toEqual(["fetch"]);
    },
  );

  it("leaves a goal unreachable, and is named with its reason", () => {
    const fault = refused(goal(registry([FETCH]), HERE));
    expect(fault).toMatchObject({
      code: "PLAN_UNREACHABLE",
      hint: "fetch@1.0.0 would produce text, but no handler here executes http entrypoints",
      details: {
        candidates: [
          { key: "text", node: "fetch", version: "1.0.0", reasons: ["no handler here executes http entrypoints"] },
        ],
      },
    });
  });

  it("is refused where a graph names it, with the handlers there are", () => {
    expect(refused(graph("fetch", registry([FETCH])))).toMatchObject({
      code: "HANDLER_NOT_FOUND",
      message: "nobody here can execute fetch@1.0.0: no handler here executes http entrypoints",
      place: "steps[0].node",
      details: {
        problem: "unserved_node",
        handler_type: "http",
        available_handlers: ["builtin", "function", "noop"],
      },
    });
  });

  it("gives way to an older version that somebody can execute", () => {
    const snapshot = registry([FETCH, { ...FETCH, version: "2.0.0" }, { ...LOAD, name: "fetch", version: "0.9.0" }]);
    const plan = planned(graph("fetch", snapshot));
    expect(plan.steps[0]?.version).toBe("0.9.0");
    expect(candidates(plan, "text").map(({ version, verdict }) => [version, verdict])).toEqual([
      ["2.0.0", "rejected"],
      ["1.0.0", "rejected"],
      ["0.9.0", "chosen"],
    ]);
    expect(refused(graph("fetch", snapshot, HERE, ">=1.0.0")).code).toBe("HANDLER_NOT_FOUND");
  });

  it("is the policy's where the policy keeps it out as well", () => {
    const snapshot = registry([{ ...FETCH, lifecycle: "draft" }]);
    const { code, message } = refused(graph("fetch", snapshot));
    expect(code).toBe("PLAN_NODE_NOT_ALLOWED");
    expect(message).toContain("no handler here executes http entrypoints; lifecycle draft is not allowed");
  });

  it("takes the composite with it that it is a part of", () => {
    const whole = {
      name: "whole",
      in: ["url"],
      out: ["text"],
      cost: 0,
      ...at("composite"),
      graph: { steps: [{ id: "get", node: "fetch" }] } as JsonObject,
    };
    const plan = planned(goal(registry([whole, FETCH, LOAD]), HERE));
    expect(plan.steps.map(({ node }) => node)).toEqual(["load"]);
    expect(candidates(plan, "text").find(({ node }) => node === "whole")).toMatchObject({
      verdict: "rejected",
      reasons: [expect.stringContaining("nobody here can execute fetch@1.0.0")],
    });
  });

  it("is one of a type nobody knows, or a built-in that this bundle does not have", () => {
    const later = registry([{ ...FETCH, ...at("of a later release") }, LOAD]);
    expect(planned(goal(later, ALL_SERVED)).steps[0]?.node).toBe("load");
    const gone = registry([
      { ...FETCH, ...at("builtin") },
      { ...LOAD, entrypoint: { type: "builtin", target: "load" } },
    ]);
    const bundle = servedBy([{ type: "builtin", targets: ["load"] }]);
    const plan = planned(goal(gone, bundle));
    expect(plan.steps[0]?.node).toBe("load");
    expect(candidates(plan, "text")[1]?.reasons).toEqual(['the builtin handler here does not know "x"']);
  });

  it("never takes the place of a dead step", () => {
    const snapshot = registry([FETCH, LOAD]);
    const plan = planned(goal(snapshot, HERE));
    const next = replan(plan, [plan.steps[0]!.id], new Map(), snapshot, HERE);
    expect(refused(next)).toMatchObject({ code: "PLAN_UNREACHABLE" });
    expect(planned(replan(plan, [plan.steps[0]!.id], new Map(), snapshot, ALL_SERVED)).steps[0]?.node).toBe("fetch");
  });

  it("is not put into a plan by a change", () => {
    const snapshot = registry([FETCH, LOAD]);
    const plan = planned(goal(snapshot, HERE));
    const change = [{ op: "replace", step: plan.steps[0]!.id, node: "fetch" }] as const;
    expect(refused(mutatePlan(plan, change, snapshot, HERE))).toMatchObject({ code: "HANDLER_NOT_FOUND" });
    expect(planned(mutatePlan(plan, change, snapshot, ALL_SERVED)).steps[0]?.node).toBe("fetch");
  });
});

describe("on any registry and any deployment", () => {
  const NAMES = ["builtin", "function", "noop", "http", "wasm", "python", "cli", "docker", "typescript", "javascript"];
  const deployment = fc.record({
    names: fc.subarray(NAMES),
    targets: fc.option(fc.subarray(["x", "y"]), { nil: undefined }),
  });
  const servedOf = ({ names, targets }: { names: readonly string[]; targets: readonly string[] | undefined }): Served =>
    servedBy(names.map((type) => (type === "builtin" && targets ? { type, targets } : { type })));
  /** A registry whose nodes are of any type; a composite's body is one other node. */
  const world = fc
    .tuple(
      hypergraph(),
      fc.array(fc.constantFrom(...EXECUTABLE_TYPES, "of a later release"), { minLength: 10, maxLength: 10 }),
      fc.array(fc.nat(9), { minLength: 10, maxLength: 10 }),
    )
    .map(([{ nodes, ...rest }, types, bodies]): Hypergraph => ({
      ...rest,
      nodes: nodes.map((node, i) => {
        const entrypoint = { type: types[i] ?? "builtin", target: i % 2 === 0 ? "x" : "y" };
        const body = nodes[(bodies[i] ?? 0) % nodes.length]!;
        return {
          ...node,
          entrypoint,
          ...(entrypoint.type === "composite" ? { graph: { steps: [{ id: "part", node: body.name }] } } : {}),
        };
      }),
    }));

  it("no plan has a step that nobody executes, and the same question has the same answer", () => {
    let plans = 0;
    let rejected = 0;
    fc.assert(
      fc.property(world, deployment, ({ nodes, want, given }, where) => {
        const snapshot = buildSnapshot("1", nodes, new Map());
        const served = servedOf(where);
        const step = (node: NodeDefinition) => ({ id: node.name, node: node.name });
        const asked = (): readonly Result<Plan, Fault>[] => [
          planGoal({ want, given, policy: policy() }, snapshot, served),
          ...nodes.slice(0, 3).map((node) => planGraph({ steps: [step(node)], given }, snapshot, policy(), served)),
        ];
        const answers = asked();
        for (const answer of answers) {
          if (!answer.ok) continue;
          plans++;
          for (const { node, version } of answer.value.steps) {
            const definition = snapshot.byRef.get(`${node}@${version}`);
            expect(definition && isServed(definition, served)).toBe(true);
          }
          for (const { candidates: all } of answer.value.why)
            rejected += all.filter(({ reasons }) => reasons.some((reason) => / here /.test(reason))).length;
        }
        expect(asked()).toEqual(answers);
      }),
      { numRuns: 500 },
    );
    expect(plans).toBeGreaterThan(50);
    expect(rejected).toBeGreaterThan(10);
  });

  it("what serves more reaches no less", () => {
    fc.assert(
      fc.property(world, deployment, ({ nodes, want, given }, { names }) => {
        const snapshot = buildSnapshot("1", nodes, new Map());
        const ask = (served: Served) => planGoal({ want, given, policy: policy() }, snapshot, served);
        if (ask(servedByNames(names)).ok) expect(ask(ALL_SERVED).ok).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
