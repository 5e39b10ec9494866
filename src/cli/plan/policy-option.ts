import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { policy, type PolicyWire } from "../../../contracts/documents/policy.ts";
import { faultsOfIssues, refusal } from "../../core/envelope/refusal.ts";
import type { Fault } from "../../core/errors.ts";
import { readJson } from "../../core/json/read-json.ts";
import { policyToWire } from "../../core/plan/stored/plan-to-wire.ts";
import type { Policy } from "../../core/plan/model/policy.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type Shell, usageFailure } from "../shell.ts";
import { sayFlaw } from "../files/strict-document.ts";
import { documentIn } from "./read-text.ts";

/** The fields of `--policy`: JSON on the command line, or a JSON or YAML file. */
export async function policyFields(given: string | undefined, shell: Shell): Promise<JsonObject> {
  if (given === undefined) return {};
  const value = given.trimStart().startsWith("{") ? inline(given) : await documentIn(given, shell);
  if (!isObject(value)) throw usageFailure("--policy takes an object of policy fields", 'such as {"max_cost": 3}');
  return value;
}

/** A policy with some of its fields replaced. */
export function policyWith(before: Policy, fields: JsonObject): Result<Policy, Fault> {
  if (Object.keys(fields).length === 0) return ok(before);
  const wire: PolicyWire = policyToWire(before);
  const read = policy.safeParse({ ...wire, ...fields });
  if (read.success) return ok(read.data);
  const faults = faultsOfIssues("INVALID_PARAMETER", read.error.issues, { schema: policy, at: ["policy"] });
  return err(refusal("the policy", faults));
}

/** A request's payload with some fields of its policy replaced. */
export function payloadWith(payload: JsonObject, fields: JsonObject): JsonObject {
  if (Object.keys(fields).length === 0) return payload;
  const { policy: own } = payload;
  return { ...payload, policy: { ...(isObject(own) ? own : {}), ...fields } };
}

function inline(text: string): JsonValue {
  const read = readJson(text);
  if (read.ok) return read.value;
  if (read.error.kind === "syntax") throw usageFailure("--policy is neither a file nor JSON");
  throw usageFailure(`--policy: ${sayFlaw(read.error)}`, read.error.hint);
}
