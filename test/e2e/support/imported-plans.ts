import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { RegisterNode } from "../../../contracts/api/nodes-api.ts";
import type { Fault } from "../../../src/core/errors.ts";
import { stamp } from "../../../src/core/metadata/stamp.ts";
import { importPlan } from "../../../src/core/plan/import/import-plan.ts";
import type { Imported, ImportedGraph } from "../../../src/core/plan/import/imported.ts";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import { planGraph } from "../../../src/core/plan/graph/plan-graph.ts";
import { planEdges } from "../../../src/core/plan/model/plan-index.ts";
import { policyToWire } from "../../../src/core/plan/stored/plan-to-wire.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import { buildSnapshot } from "../../../src/core/registry/snapshot.ts";
import type { Result } from "../../../src/core/result.ts";
import { PROJECT_ROOT } from "../../support/local-worker/project-root.ts";
import { ALL_SERVED } from "../../support/served.ts";

/** Where the public ONEX files are, if they are. */
export const FIXTURES = join(PROJECT_ROOT, "../shared/fixtures");

/** A plan of the earlier project, ready to be run over stand-ins that do nothing. */
export interface RunnablePlan {
  readonly path: string;
  readonly operation: "goal.run" | "graph.run";
  readonly payload: JsonObject;
  readonly nodes: readonly NodeDefinition[];
  /** The plan it must become. */
  readonly plan: Plan;
}

const FOLDERS = ["orchestrators", "runtime_contracts", "capability_graphs"];
/** The graph that the policies beside it are about. */
const CANONICAL = "capability_graphs/onboarding_canonical.yaml";

/** Every document under the fixtures that is a plan. */
export function runnablePlans(): readonly RunnablePlan[] {
  const root = join(FIXTURES, "omnibase");
  if (!existsSync(root)) return [];
  const paths = FOLDERS.flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`));
  const read = (path: string): Result<Imported, Fault> => importPlan(readFileSync(join(root, path), "utf8"));
  const canonical = valueOf(read(CANONICAL)) as ImportedGraph;
  return paths.sort().flatMap((path) => {
    const imported = read(path);
    return imported.ok ? [runnable(path, imported.value, canonical)] : [];
  });
}

function runnable(path: string, imported: Imported, canonical: ImportedGraph): RunnablePlan {
  if (imported.kind === "goal") {
    const { nodes } = canonical;
    const { want, policy } = imported.goal;
    const plan = valueOf(planGoal(imported.goal, buildSnapshot("import", nodes, new Map()), ALL_SERVED));
    const payload = { want: [...want], given: {}, policy: policyToWire(policy) } as unknown as JsonObject;
    return { path, operation: "goal.run", payload, nodes, plan };
  }
  const { graph, nodes, policy } = imported;
  const plan = valueOf(planGraph(graph, buildSnapshot("import", nodes, new Map()), policy, ALL_SERVED));
  const payload = { steps: graph.steps, given: {}, policy: policyToWire(policy) } as unknown as JsonObject;
  return { path, operation: "graph.run", payload, nodes, plan };
}

function valueOf<T>(result: Result<T, Fault>): T {
  if (result.ok) return result.value;
  throw new Error(`${result.error.place ?? ""}: ${result.error.message}`);
}

/** A step and all that comes after it. */
export function downstreamOf(plan: Plan, step: string): ReadonlySet<string> {
  const found = new Set([step]);
  const edges = planEdges(plan);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const { from, to } of edges) if (found.has(from)) found.add(to);
  }
  return found;
}

/** A stand-in as it is registered through the API, to be run by the `noop` handler. */
export function textsOf({ name, namespace, uuid, description, kind, execution }: NodeDefinition): RegisterNode {
  const stamped = stamp("", {
    path: "node.onex.yaml",
    now: "2026-01-01T00:00:00.000Z",
    uuid,
    author: "ONEX on Workers contributors",
    fields: {
      name,
      namespace,
      description,
      version: "1.0.0",
      lifecycle: "active",
      meta_type: "tool",
      state_contract: "state_contract://contract.yaml",
      entrypoint: { type: "noop", target: name },
    },
  });
  if (!stamped.ok) throw new Error(stamped.error.map(({ message }) => message).join("; "));
  const contract = {
    contract_version: "1.0.0",
    contract_name: `${name}_contract`,
    contract_description: description,
    node_name: name,
    node_version: "1.0.0",
    kind,
    input_contract: {},
    output_contract: {},
    execution: { cost: execution.cost, latency_ms: execution.latencyMs, timeout_ms: execution.timeoutMs },
  };
  return { metadata: stamped.value.text, contract: JSON.stringify(contract) };
}
