import { capabilityPolicy } from "../../../../contracts/documents/foreign-plans.ts";
import type { JsonObject } from "../../../../contracts/json/json.ts";
import type { Fault } from "../../errors.ts";
import { ok, type Result } from "../../result.ts";
import { DEFAULT_POLICY } from "../model/policy.ts";
import type { ImportedGoal } from "./imported.ts";
import { shaped } from "./shape.ts";

export const isCapabilityPolicy = (document: JsonObject): boolean => Object.hasOwn(document, "target_capabilities");

/**
 * Reads a policy over capabilities: its targets are a goal. Its minutes are what one person needs, so the steps are taken
 * one at a time and the estimate is a deadline.
 */
export function importCapabilityPolicy(document: JsonObject): Result<ImportedGoal, Fault> {
  const parsed = shaped(capabilityPolicy, document, "capability policy");
  if (!parsed.ok) return parsed;
  const { policy_name: name, target_capabilities: want, max_estimated_minutes: minutes } = parsed.value;
  const deadlineMs = typeof minutes === "number" ? minutes * 60_000 : null;
  return ok({
    kind: "goal",
    dialect: "capability_policy",
    name,
    goal: { want, given: [], policy: { ...DEFAULT_POLICY, mode: "sequential", deadlineMs } },
    notes: [],
  });
}
