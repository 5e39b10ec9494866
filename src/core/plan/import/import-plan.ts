import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";
import type { Fault } from "../../errors.ts";
import { readYaml } from "../../metadata/yaml.ts";
import { err, type Result } from "../../result.ts";
import { planFault } from "../model/problem.ts";
import { importCapabilityGraph, isCapabilityGraph } from "./capability-graph.ts";
import { importCapabilityPolicy, isCapabilityPolicy } from "./capability-policy.ts";
import type { Imported } from "./imported.ts";
import { importOrchestrator, isOrchestrator } from "./orchestrator-steps.ts";
import { importWorkflow, isWorkflow } from "./workflow.ts";

/** Longer documents are refused unread. */
const MAX_LENGTH = 1_048_576;

/**
 * Reads a plan written for the earlier project, as it is, from YAML or JSON text: `workflow_coordination` in orchestrator
 * contracts and workflow files, minimal orchestrators, capability graphs, and policies over capabilities. Refusals are
 * PLAN_UNREADABLE with the line, and PLAN_NOT_A_PLAN with what was found instead or with the field that is off.
 */
export function importPlan(text: string): Result<Imported, Fault> {
  const read = readYaml(text, { maxLength: MAX_LENGTH, maxTokens: MAX_LENGTH, exact: true });
  if (!read.ok) {
    const { message, line } = read.error;
    return err(
      planFault("unreadable", `not readable as YAML: ${message}`, {
        place: `line ${line}`,
        hint: "correct the document there",
      }),
    );
  }
  return importDocument(read.value);
}

/** Whether a document is of one of those kinds, well-formed or not. */
export const isForeignPlan = (document: JsonObject): boolean =>
  [isWorkflow, isCapabilityGraph, isCapabilityPolicy, isOrchestrator].some((is) => is(document));

/** The same for a document that has been read already. */
export function importDocument(document: JsonValue): Result<Imported, Fault> {
  if (!isMapping(document)) return err(notAPlan(describe(document)));
  if (isWorkflow(document)) return importWorkflow(document);
  if (isCapabilityGraph(document)) return importCapabilityGraph(document);
  if (isCapabilityPolicy(document)) return importCapabilityPolicy(document);
  if (isOrchestrator(document)) return importOrchestrator(document);
  const keys = Object.keys(document);
  return err(notAPlan(keys.length === 0 ? "an empty mapping" : `a mapping of ${keys.slice(0, 5).join(", ")}`));
}

const isMapping = (value: JsonValue): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const describe = (value: JsonValue): string =>
  value === null ? "an empty document" : Array.isArray(value) ? "a list" : `a single ${typeof value}`;

const notAPlan = (found: string): Fault =>
  planFault("not_a_plan", `this is ${found}, not a plan`, {
    place: "$",
    hint: "a plan has workflow_coordination, target_capabilities, steps with step_key, or type orchestrator with steps",
  });
