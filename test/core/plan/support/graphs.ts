import type { JsonObject } from "../../../../contracts/json/json.ts";
import type { Fault } from "../../../../src/core/errors.ts";
import type { Graph } from "../../../../src/core/plan/model/graph.ts";
import type { Plan, PlanStep } from "../../../../src/core/plan/model/plan.ts";
import { planGraph } from "../../../../src/core/plan/graph/plan-graph.ts";
import type { Policy } from "../../../../src/core/plan/model/policy.ts";
import type { RegistrySnapshot } from "../../../../src/core/registry/snapshot.ts";
import { policy, registry } from "./nodes.ts";
import { ALL_SERVED } from "../../../support/served.ts";

/** A few nodes to draw graphs of. */
const NODES = registry([
  { name: "load", in: ["url"], out: ["text"] },
  { name: "clean", in: ["text"], out: ["text"] },
  { name: "count", in: ["text", "limit?"], out: ["words"] },
  { name: "count", version: "2.0.0", in: ["text", "limit?"], out: ["words"] },
  { name: "count", version: "3.0.0", lifecycle: "draft", in: ["text"], out: ["words"] },
  { name: "join", in: ["words", "text"], out: ["report"] },
  { name: "ping", kind: "effect" },
]);

/** The plan of a graph; throws when it is refused. */
export function planned(graph: Partial<Graph>, rules: Partial<Policy> = {}, snapshot: RegistrySnapshot = NODES): Plan {
  const result = planGraph({ steps: [], given: [], ...graph }, snapshot, policy(rules), ALL_SERVED);
  if (!result.ok) throw new Error(`${result.error.place}: ${result.error.message}`);
  return result.value;
}

/** The refusal of a graph; throws when it is planned. */
export function refused(graph: Partial<Graph>, rules: Partial<Policy> = {}, snapshot: RegistrySnapshot = NODES): Fault {
  const result = planGraph({ steps: [], given: [], ...graph }, snapshot, policy(rules), ALL_SERVED);
  if (result.ok) throw new Error("was planned");
  return result.error;
}

export const problem = (fault: Fault): unknown => (fault.details as JsonObject).problem;
export const step = (plan: Plan, id: string): PlanStep => plan.steps.find((one) => one.id === id)!;
