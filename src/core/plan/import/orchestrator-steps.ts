import { foreignOrchestrator } from "../../../../contracts/documents/foreign-plans.ts";
import type { JsonObject } from "../../../../contracts/json/json.ts";
import type { Fault } from "../../errors.ts";
import { ok, type Result } from "../../result.ts";
import { DEFAULT_POLICY } from "../model/policy.ts";
import type { ImportedGraph } from "./imported.ts";
import { shaped } from "./shape.ts";
import { identifier, standIn, stepIdentifier } from "./stand-in.ts";

export const isOrchestrator = (document: JsonObject): boolean =>
  document.type === "orchestrator" && Array.isArray(document.steps);

/** Reads a minimal orchestrator: `steps: [{name, node, depends_on}]`. Its nodes keep their names; stand-ins come along. */
export function importOrchestrator(document: JsonObject): Result<ImportedGraph, Fault> {
  const parsed = shaped(foreignOrchestrator, document, "orchestrator");
  if (!parsed.ok) return parsed;
  const { name, steps } = parsed.value;
  return ok({
    kind: "graph",
    dialect: "orchestrator_steps",
    name,
    graph: {
      steps: steps.map((step) => ({
        id: stepIdentifier(step.name),
        node: identifier(step.node),
        ...(step.depends_on && step.depends_on.length > 0 ? { after: step.depends_on.map(stepIdentifier) } : {}),
      })),
      given: [],
    },
    nodes: [...new Set(steps.map((step) => identifier(step.node)))].map((node) =>
      standIn({ name: node, owner: name, kind: "compute" }),
    ),
    policy: DEFAULT_POLICY,
    notes: [],
  });
}
