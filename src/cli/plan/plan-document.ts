import { isObject } from "../../../contracts/json/narrow.ts";
import { operationOfPayload } from "../../../contracts/documents/operation.ts";
import { asWire } from "../../../contracts/json/wire.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { planWire } from "../../../contracts/documents/plan.ts";
import { jsonPath } from "../../core/envelope/refusal.ts";
import type { Fault } from "../../core/errors.ts";
import { planHash } from "../../core/plan/assemble/hash.ts";
import { importDocument, isForeignPlan } from "../../core/plan/import/import-plan.ts";
import type { Imported } from "../../core/plan/import/imported.ts";
import { planFromWire } from "../../core/plan/stored/plan-from-wire.ts";
import type { Plan } from "../../core/plan/model/plan.ts";
import { planFault } from "../../core/plan/model/problem.ts";
import { err, ok, type Result } from "../../core/result.ts";

/** What a file asks to be planned. */
export type PlanDocument =
  /** A goal, a graph, a node or an envelope; `bare` when there was no envelope around it. */
  | {
      readonly kind: "request";
      readonly operation: string;
      readonly payload: JsonObject;
      readonly targetNode: string | null;
      readonly bare: boolean;
    }
  /** A document of the earlier project. */
  | { readonly kind: "imported"; readonly imported: Imported }
  /** A plan made before. */
  | { readonly kind: "plan"; readonly plan: Plan };

const KINDS =
  "a file to plan is a goal {want}, a graph {steps}, a node {node, input}, an envelope {operation, payload}, a plan, " +
  "a contract or workflow with workflow_coordination, an orchestrator with steps, a capability graph or a capability policy";

/** Says what a document is. Refusals: PLAN_NOT_A_PLAN with the place. */
export function planDocumentOf(value: JsonValue): Result<PlanDocument, Fault> {
  const own = isObject(value) ? ownKind(value) : null;
  if (own) return own;
  const imported = importDocument(value);
  if (imported.ok) return ok({ kind: "imported", imported: imported.value });
  const known = isObject(value) && isForeignPlan(value);
  return err(known ? imported.error : { ...imported.error, hint: KINDS });
}

function ownKind(value: JsonObject): Result<PlanDocument, Fault> | null {
  const { operation, payload } = value;
  if (typeof operation === "string") {
    const refused = planFault("not_a_plan", "the envelope has no payload", { place: "$.payload", hint: KINDS });
    if (!isObject(payload)) return err(refused);
    const target = value["target_node"];
    const targetNode = typeof target === "string" ? target : null;
    return ok({ kind: "request", operation, payload, targetNode, bare: false });
  }
  if (isPlan(value)) return planOf(value);
  if (isForeignPlan(value)) return null;
  const verb = operationOfPayload(value);
  return verb && ok({ kind: "request", operation: verb, payload: value, targetNode: null, bare: true });
}

export const isPlan = (value: JsonObject): boolean =>
  typeof value["hash"] === "string" && Array.isArray(value["steps"]) && Array.isArray(value["segments"]);

/** A plan from its JSON, if it is whole: its hash must be that of its content. */
export function planIn(value: JsonValue): Result<Plan, Fault> {
  const read = planWire.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    return err(
      planFault("not_a_plan", `not a valid plan: ${issue?.message ?? "wrong shape"}`, {
        place: jsonPath(issue?.path ?? []),
        hint: "write plans with `onex plan FILE --json`",
      }),
    );
  }
  const plan = planFromWire(asWire(read.data));
  if (!plan.ok || planHash(plan.value) === plan.value.hash) return plan;
  return err(
    planFault("not_a_plan", "the plan was changed: its hash is not that of its content", {
      place: "$.hash",
      hint: "change plans with --mutate, or plan anew",
    }),
  );
}

function planOf(value: JsonObject): Result<PlanDocument, Fault> {
  const plan = planIn(value);
  return plan.ok ? ok({ kind: "plan", plan: plan.value }) : plan;
}
