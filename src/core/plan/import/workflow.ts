import { foreignWorkflow, type ForeignWorkflow } from "../../../../contracts/documents/foreign-plans.ts";
import type { JsonObject } from "../../../../contracts/json/json.ts";
import type { Fault } from "../../errors.ts";
import type { NodeKind, RetryPolicy } from "../../registry/node.ts";
import { ok, type Result } from "../../result.ts";
import { DEFAULT_POLICY, type Policy } from "../model/policy.ts";
import type { ImportedGraph } from "./imported.ts";
import { shaped } from "./shape.ts";
import { identifier, standIn, stepIdentifier } from "./stand-in.ts";

type Definition = ForeignWorkflow["workflow_coordination"]["workflow_definition"];

export const isWorkflow = (document: JsonObject): boolean => Object.hasOwn(document, "workflow_coordination");

/**
 * Reads `workflow_coordination` of an orchestrator's contract or of a `*.workflow.yaml`: every node a step, every
 * `depends_on` a signal. coordination_rules govern; what stands in workflow_metadata fills the gaps.
 */
export function importWorkflow(document: JsonObject): Result<ImportedGraph, Fault> {
  const parsed = shaped(foreignWorkflow, document, "workflow");
  if (!parsed.ok) return parsed;
  const definition = parsed.value.workflow_coordination.workflow_definition;
  const { nodes } = definition.execution_graph;
  const name =
    definition.workflow_metadata?.workflow_name ?? (typeof document.name === "string" ? document.name : "workflow");
  const retry = retryOf(definition);
  return ok({
    kind: "graph",
    dialect: "workflow_coordination",
    name,
    graph: {
      steps: nodes.map(({ node_id: id, depends_on: after }) => ({
        id: stepIdentifier(id),
        node: nodeNameOf(name, id),
        ...(after && after.length > 0 ? { after: after.map(stepIdentifier) } : {}),
      })),
      given: [],
    },
    nodes: unique(
      nodes.map(({ node_id: id, node_type: type, description = "", step_config: config }) =>
        standIn({
          name: nodeNameOf(name, id),
          owner: name,
          kind: type satisfies NodeKind,
          description,
          retry,
          config: config ?? {},
        }),
      ),
    ),
    policy: policyOf(definition),
    notes: notesOf(definition),
  });
}

const nodeNameOf = (workflow: string, id: string): string => identifier(`${workflow}_${id}`);

/** A repeated id is the graph's fault to report; its stand-in exists once. */
const unique = <T extends { readonly name: string }>(nodes: readonly T[]): readonly T[] => [
  ...new Map(nodes.map((node) => [node.name, node])).values(),
];

function policyOf({ coordination_rules: rules, workflow_metadata: about }: Definition): Policy {
  const said = rules?.execution_mode ?? about?.execution_mode ?? DEFAULT_POLICY.mode;
  // A document that forbids parallel execution means it, whatever mode it names.
  const serial = rules?.parallel_execution_allowed === false && said !== "batch";
  const strategy = rules?.failure_recovery_strategy?.toLowerCase() ?? "none";
  return {
    ...DEFAULT_POLICY,
    mode: serial ? "sequential" : said,
    maxParallelism: serial || said === "sequential" ? null : (rules?.max_parallel_branches ?? null),
    deadlineMs: rules?.timeout_ms ?? about?.timeout_ms ?? null,
    onFailure: strategy === "continue" || strategy === "skip" ? "continue" : "stop",
  };
}

function retryOf({ coordination_rules: rules }: Definition): RetryPolicy {
  const retries = rules?.failure_recovery_strategy?.toLowerCase() === "retry" ? (rules.max_retries ?? 3) : 0;
  return { maxRetries: Math.min(10, retries), backoff: "exponential", baseMs: 100, maxMs: 5_000 };
}

function notesOf({ execution_graph: { nodes } }: Definition): readonly string[] {
  const conditional = nodes.filter((node) => node.step_config && Object.hasOwn(node.step_config, "skip_condition"));
  return [
    ...conditional.map((node) => `${node.node_id}: skip_condition is free text and is not evaluated`),
    ...(nodes.length > 1 && nodes.every((node) => !node.depends_on?.length)
      ? ["no node declares depends_on: all steps are independent of each other"]
      : []),
  ];
}
