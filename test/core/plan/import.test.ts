import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { importPlan } from "../../../src/core/plan/import/import-plan.ts";
import type { Imported, ImportedGoal, ImportedGraph } from "../../../src/core/plan/import/imported.ts";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import { planGraph } from "../../../src/core/plan/graph/plan-graph.ts";
import { planEdges } from "../../../src/core/plan/model/plan-index.ts";
import { buildSnapshot } from "../../../src/core/registry/snapshot.ts";
import { ALL_SERVED } from "../../support/served.ts";

const SHARED = join(dirname(fileURLToPath(import.meta.url)), "../../../../shared/fixtures/omnibase");
const there = existsSync(SHARED);
if (!there) console.warn(`skipped: the public ONEX files are not at ${SHARED}`);
const file = (path: string): string => readFileSync(join(SHARED, path), "utf8");

function imported(text: string): Imported {
  const result = importPlan(text);
  if (!result.ok) throw new Error(`${result.error.place}: ${result.error.message}`);
  return result.value;
}
const graphOf = (text: string): ImportedGraph => imported(text) as ImportedGraph;

function planOf({ graph, nodes, policy }: ImportedGraph): Plan {
  const result = planGraph(graph, buildSnapshot("import", nodes, new Map()), policy, ALL_SERVED);
  if (!result.ok) throw new Error(`${result.error.place}: ${result.error.message}`);
  return result.value;
}

/** `first > second` for every signal. */
const signals = (plan: Plan): readonly string[] =>
  planEdges(plan)
    .map((edge) => `${edge.from} > ${edge.to}`)
    .toSorted();

describe.skipIf(!there)("orchestrators as they are", () => {
  it.each<[string, string, readonly string[], object]>([
    [
      "orchestrators/node_registration_orchestrator.contract.yaml",
      "node_registration_workflow",
      [
        "aggregate_results > publish_outcome",
        "compute_intents > execute_postgres_registration",
        "evaluate_timeout > compute_intents",
        "execute_postgres_registration > aggregate_results",
        "read_projection > evaluate_timeout",
        "receive_introspection > read_projection",
      ],
      { mode: "sequential", maxParallelism: null, deadlineMs: 30_000, onFailure: "stop" },
    ],
    [
      "orchestrators/node_validation_orchestrator.contract.yaml",
      "validation_pipeline_workflow",
      ["adjudicate > update_lifecycle", "build_plan > execute_checks", "execute_checks > adjudicate"],
      { mode: "sequential", deadlineMs: 60_000 },
    ],
    [
      "orchestrators/node_routing_orchestrator.contract.yaml",
      "model_routing_workflow",
      ["probe_health > score_models", "score_models > emit_decision"],
      { mode: "sequential", onFailure: "stop" },
    ],
    [
      "orchestrators/node_chain_orchestrator.contract.yaml",
      "chain_learning_workflow",
      ["retrieve > replay", "verify > store"],
      { mode: "sequential" },
    ],
    [
      "orchestrators/node_artifact_reconciliation_orchestrator.contract.yaml",
      "artifact_reconciliation_workflow",
      ["post_pr_comment > emit_yaml_plan"],
      { mode: "sequential", deadlineMs: 30_000 },
    ],
  ])("%s", (path, name, edges, policy) => {
    const one = graphOf(file(path));
    const plan = planOf(one);
    expect(one.name).toBe(name);
    expect(signals(plan)).toEqual(edges);
    expect(plan.policy).toMatchObject(policy);
  });

  it("keep the kinds and the retries of their nodes, and tell what they do not translate", () => {
    const registration = graphOf(file("orchestrators/node_registration_orchestrator.contract.yaml"));
    expect(planOf(registration).steps.map((step) => [step.id, step.kind, step.retry.maxRetries])).toEqual([
      ["receive_introspection", "effect", 3],
      ["read_projection", "effect", 3],
      ["evaluate_timeout", "compute", 3],
      ["compute_intents", "reducer", 3],
      ["execute_postgres_registration", "effect", 3],
      ["aggregate_results", "compute", 3],
      ["publish_outcome", "effect", 3],
    ]);
    expect(graphOf(file("orchestrators/node_artifact_reconciliation_orchestrator.contract.yaml")).notes).toEqual([
      "post_pr_comment: skip_condition is free text and is not evaluated",
    ]);
  });

  it("of the workflow kind without dependencies run all at once, and say so", () => {
    const etl = graphOf(file("runtime_contracts/etl_pipeline.workflow.yaml"));
    const plan = planOf(etl);
    expect(plan.steps.map((step) => step.id)).toEqual([
      "extract_source_a",
      "extract_source_b",
      "extract_source_c",
      "load_warehouse",
      "transform_merge",
    ]);
    expect([plan.depth, plan.policy.mode, plan.policy.deadlineMs, plan.policy.onFailure]).toEqual([
      1,
      "parallel",
      600_000,
      "stop",
    ]);
    expect(etl.notes).toEqual(["no node declares depends_on: all steps are independent of each other"]);
    expect(planOf(graphOf(file("runtime_contracts/data_processing_pipeline.workflow.yaml"))).steps).toHaveLength(4);
  });

  it("in their least form name a node that is there or not", () => {
    const one = graphOf(file("runtime_contracts/minimal_orchestrator.yaml"));
    expect([one.name, planOf(one).steps.map((step) => [step.id, step.node])]).toEqual([
      "single_step",
      [["step1", "some_compute_node"]],
    ]);
  });
});

describe.skipIf(!there)("the onboarding graph and its policies", () => {
  const canonical = (): ImportedGraph => graphOf(file("capability_graphs/onboarding_canonical.yaml"));
  const resolve = (policy: string): Plan => {
    const { nodes } = canonical();
    const { goal } = imported(file(`capability_graphs/${policy}.yaml`)) as ImportedGoal;
    const result = planGoal(goal, buildSnapshot("import", nodes, new Map()), ALL_SERVED);
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  };
  const minutes = (plan: Plan): number =>
    plan.steps.reduce(
      (sum, step) => sum + canonical().nodes.find((node) => node.name === step.node)!.execution.latencyMs,
      0,
    ) / 60_000;

  const BASE = ["check_python", "install_uv", "install_core", "check_docker_infra"];
  const BUS = ["check_event_bus", "check_node_bus_connection"];
  const DASHBOARD = ["check_secrets", "check_omnidash"];

  it("is a graph of its own, in its author's order", () => {
    const plan = planOf(canonical());
    expect(plan.steps).toHaveLength(17);
    expect(signals(plan).filter((edge) => edge.endsWith("> register_omnimarket_node"))).toEqual([
      "check_node_bus_connection > register_omnimarket_node",
      "check_node_bus_connection > register_omnimarket_node",
      "validate_omnimarket_config > register_omnimarket_node",
      "validate_omnimarket_config > register_omnimarket_node",
    ]);
  });

  // contributor_local: "Local development setup with event bus (~20 min)".
  it("contributor_local takes the local set-up with the event bus, and nothing else", () => {
    const plan = resolve("contributor_local");
    expect(plan.steps.map((step) => step.id).toSorted()).toEqual([...BASE, ...BUS].toSorted());
    expect(minutes(plan)).toBeLessThan(20);
  });

  // full_platform: "Full platform setup with dashboard and secrets (~45 min)".
  it("full_platform takes the infrastructure, the secrets and the dashboard, and no event bus check", () => {
    const plan = resolve("full_platform");
    expect(plan.steps.map((step) => step.id).toSorted()).toEqual([...BASE, ...DASHBOARD].toSorted());
    expect(plan.guards).toEqual([]);
  });

  // new_employee: "Full platform onboarding for new employees": dashboard, secrets, event bus and a first node.
  it("new_employee takes all of that and a first node", () => {
    const plan = resolve("new_employee");
    expect(plan.steps.map((step) => step.id).toSorted()).toEqual(
      [...BASE, ...BUS, ...DASHBOARD, "create_first_node", "run_standalone_node"].toSorted(),
    );
    expect([plan.policy.mode, plan.policy.deadlineMs]).toEqual(["sequential", 45 * 60_000]);
    expect(minutes(plan)).toBeLessThan(45);
  });

  it("resolve in an order a person could follow", () => {
    const ids = resolve("new_employee").steps.map((step) => step.id);
    for (const [first, then] of [
      ["check_python", "install_uv"],
      ["install_uv", "install_core"],
      ["check_secrets", "check_omnidash"],
      ["create_first_node", "run_standalone_node"],
    ]) {
      expect(ids.indexOf(first!)).toBeLessThan(ids.indexOf(then!));
    }
  });

  it("has no step too many: without any one of them the goal is out of reach", () => {
    const { nodes } = canonical();
    const { goal } = imported(file("capability_graphs/new_employee.yaml")) as ImportedGoal;
    for (const step of resolve("new_employee").steps) {
      const rest = nodes.filter((node) => node.name !== step.node);
      expect(planGoal(goal, buildSnapshot("less", rest, new Map()), ALL_SERVED).ok).toBe(false);
    }
  });
});

describe("importing", () => {
  const WORKFLOW = `
workflow_coordination:
  workflow_definition:
    workflow_metadata: { workflow_name: demo, execution_mode: parallel }
    execution_graph:
      nodes:
        - { node_id: a, node_type: Compute }
        - { node_id: b.2, node_type: EFFECT_GENERIC, depends_on: [a] }
    coordination_rules: { max_parallel_branches: 3, failure_recovery_strategy: continue }
`;

  it("reads a workflow, whatever its nodes are called", () => {
    const one = graphOf(WORKFLOW);
    expect(planOf(one).steps.map((step) => [step.id, step.kind, step.after])).toEqual([
      ["a", "compute", []],
      ["b_2", "effect", ["a"]],
    ]);
    expect(one.policy).toMatchObject({ mode: "parallel", maxParallelism: 3, onFailure: "continue", deadlineMs: null });
  });

  it("expresses an order that no capability does, so that goals keep it too", () => {
    const one = graphOf(`
title: t
steps:
  - { step_key: first, produces_capabilities: [ready] }
  - { step_key: second, depends_on: [first], produces_capabilities: [done] }
`);
    const result = planGoal(
      { want: ["done"], given: [], policy: one.policy },
      buildSnapshot("i", one.nodes, new Map()),
      ALL_SERVED,
    );
    expect(result.ok && result.value.steps.map((step) => step.id)).toEqual(["first", "second"]);
  });

  it("gives the same stand-ins every time, with valid ids", () => {
    const [one, two] = [graphOf(WORKFLOW), graphOf(WORKFLOW)];
    expect(one).toEqual(two);
    expect(new Set(one.nodes.map((node) => node.uuid)).size).toBe(2);
    for (const node of one.nodes) {
      expect(node.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(node.name).toMatch(/^[a-z][a-z0-9_]*$/);
    }
  });

  it.each<[string, string, string, string]>([
    ["YAML that cannot be read", "a: [1, 2\nb: }", "unreadable", "line "],
    ["YAML that multiplies", `a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]`, "unreadable", "line 2"],
    ["nesting without end", "[".repeat(50_000), "unreadable", "line 1"],
    ["an empty file", "", "not_a_plan", "$"],
    ["a list", "- a\n- b", "not_a_plan", "$"],
    ["a text", "just words", "not_a_plan", "$"],
    ["another document", "runtime: { name: r }", "not_a_plan", "$"],
    [
      "a workflow without nodes",
      "workflow_coordination: { workflow_definition: { execution_graph: { nodes: [] } } }",
      "not_a_plan",
      "$.workflow_coordination.workflow_definition.execution_graph.nodes",
    ],
    [
      "a node of no known type",
      WORKFLOW.replace("Compute", "Quantum"),
      "not_a_plan",
      "$.workflow_coordination.workflow_definition.execution_graph.nodes[0].node_type",
    ],
    [
      "a capability that is no key",
      "target_capabilities: ['no spaces']\npolicy_name: p",
      "not_a_plan",
      "$.target_capabilities[0]",
    ],
    ["a policy without a name", "target_capabilities: [a]", "not_a_plan", "$.policy_name"],
  ])("refuses %s, with the place", (_, text, problem, place) => {
    const result = importPlan(text);
    if (result.ok) throw new Error("was read");
    const code = problem === "unreadable" ? "PLAN_UNREADABLE" : "PLAN_NOT_A_PLAN";
    expect([result.error.code, (result.error.details as JsonObject).problem]).toEqual([code, problem]);
    expect(result.error.place?.startsWith(place)).toBe(true);
    expect(result.error.hint).toBeTruthy();
  });

  it("leaves graphs that cannot be to the planner to refuse", () => {
    const one = graphOf(WORKFLOW.replace("node_type: Compute", "node_type: Compute, depends_on: [b.2]"));
    const result = planGraph(one.graph, buildSnapshot("i", one.nodes, new Map()), one.policy, ALL_SERVED);
    expect(!result.ok && result.error.code).toBe("PLAN_CYCLE");
  });

  it("never throws, whatever it is given", () => {
    const fragments = fc.constantFrom(
      "workflow_coordination:",
      "  steps:",
      "- step_key: a",
      "target_capabilities: [a]",
      "type: orchestrator",
      "[",
      "{",
      "\t",
      "&a",
      "*a",
      "policy_name: p",
      "\u0000",
      "---",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fragments).map((lines) => lines.join("\n")),
        ),
        (text) => {
          expect(typeof importPlan(text).ok).toBe("boolean");
        },
      ),
      { numRuns: 500 },
    );
  });
});
