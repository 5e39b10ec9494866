import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { fault, type Fault } from "../../core/errors.ts";
import { givenGateFault } from "../../core/plan/graph/gate-types.ts";
import { isHandlerOperation } from "../../core/operation/handler-operations.ts";
import { valuesOfPayload } from "../../core/operation/operation-node.ts";
import type { Plan } from "../../core/plan/model/plan.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { planOperationOf } from "../operations/operations.ts";
import type { Ground } from "./ground.ts";
import type { PlanMemo } from "./plan-memo.ts";
import { planQuestion } from "./plan-question.ts";

/** What is to be planned. */
export interface PlanRequest {
  readonly operation: string;
  readonly payload: JsonObject;
  /** The node an envelope is for; a payload that names one goes first. */
  readonly targetNode: string | null;
}

/** A plan and the values it starts from. */
export interface Planned {
  readonly plan: Plan;
  readonly given: JsonObject;
}

/**
 * Turns an operation and its payload into a plan. Nothing is run or written. With a memo, a request that differs from an
 * earlier one in its values only has its plan without being read or planned again.
 */
export function planOperation(
  { operation: name, payload, targetNode }: PlanRequest,
  ground: Ground,
  memo: PlanMemo | null = null,
): Result<Planned, Fault> {
  const operation = planOperationOf(name, ground.served);
  if (!operation.ok) return operation;
  const { plan, values } = operation.value;
  const make = (): Result<Plan, Fault> => plan(payload, targetNode, ground);
  if (values === "payload")
    return withValues(make(), isHandlerOperation(name) ? valuesOfPayload(name, payload) : payload);
  const question = memo && planQuestion(name, values, payload, targetNode);
  const known = memo === null || question === null ? make() : memo.remembered(question, ground, make);
  return withValues(known, payload[values]);
}

/** The plan with the values it names; names alone are enough for a plan that takes none. */
function withValues(plan: Result<Plan, Fault>, values: JsonValue | undefined): Result<Planned, Fault> {
  if (!plan.ok) return plan;
  const { given } = plan.value;
  if (given.length === 0) return ok({ plan: plan.value, given: {} });
  if (isObject(values)) {
    const taken = Object.fromEntries(given.map((key) => [key, values[key] ?? null]));
    const misfit = givenGateFault(plan.value, taken);
    return misfit ? err(misfit) : ok({ plan: plan.value, given: taken });
  }
  return err(
    fault("INVALID_PARAMETER", "given lists names only, and a run needs values", {
      place: "$.payload.given",
      hint: 'send an object such as {"document.text": "…"}',
    }),
  );
}
