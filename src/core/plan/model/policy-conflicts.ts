import { validRange } from "semver";
import type { Fault } from "../../errors.ts";
import type { Filter, Policy } from "./policy.ts";
import { planFault } from "./problem.ts";

/** A policy that cannot be meant: two fields that exclude each other (PLAN_POLICY_CONFLICT, both named), or a bad pin. */
export function policyFault(policy: Policy): Fault | null {
  if (policy.mode === "sequential" && policy.maxParallelism !== null && policy.maxParallelism > 1) {
    return conflict("mode", "max_parallelism", `mode is sequential, but max_parallelism is ${policy.maxParallelism}`);
  }
  if (!policy.allowUnproven && policy.minConfidence >= 1) {
    return conflict(
      "allow_unproven",
      "min_confidence",
      "no node ever reaches confidence 1, and unproven nodes are not allowed",
    );
  }
  for (const name of ["namespaces", "tags", "groups"] as const) {
    const both = allowedAndDenied(policy[name]);
    if (both !== undefined) return conflict(`${name}.allow`, `${name}.deny`, `${both} is both allowed and denied`);
  }
  for (const [node, range] of Object.entries(policy.pins)) {
    if (validRange(range) !== null) continue;
    return planFault("invalid_pin", `the pin of ${node} is not a version range: ${range}`, {
      place: `policy.pins.${node}`,
      hint: "use a semantic version range such as 1.2.3, ^1.2.0 or >=1.0.0 <2.0.0",
    });
  }
  return null;
}

const allowedAndDenied = ({ allow, deny }: Filter): string | undefined => allow?.find((name) => deny.includes(name));

function conflict(first: string, second: string, message: string): Fault {
  return planFault("policy_conflict", message, {
    place: `policy.${first}`,
    hint: `change policy.${first} or policy.${second}`,
    details: { fields: [`policy.${first}`, `policy.${second}`] },
  });
}
