import { execute } from "../../../contracts/documents/execute.ts";
import { goal } from "../../../contracts/documents/goal.ts";
import { graph } from "../../../contracts/documents/graph.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import type { AnySchema } from "../../../contracts/json/members.ts";
import { faultsOfIssues, refusal, type Issue } from "../../core/envelope/refusal.ts";
import { fault, type Fault } from "../../core/errors.ts";
import { remembered } from "../../core/plan/stored/plan-cache.ts";
import { planGoal } from "../../core/plan/search/plan-goal.ts";
import { givenGateFault } from "../../core/plan/graph/gate-types.ts";
import { planGraph } from "../../core/plan/graph/plan-graph.ts";
import type { Plan } from "../../core/plan/model/plan.ts";
import type { RegistrySnapshot } from "../../core/registry/snapshot.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { isObject } from "../../core/schema/schema-parts.ts";
import { planQuestion, valuesField } from "./plan-question.ts";

/** A plan and the values it starts from. */
export interface Planned {
  readonly plan: Plan;
  readonly given: JsonObject;
}

type Planner = (payload: JsonObject, targetNode: string | null, snapshot: RegistrySnapshot) => Result<Plan, Fault>;

/** The orchestrating verbs an envelope may ask for. */
const VERBS: Readonly<Record<string, Planner>> = {
  "goal.run": planGoalPayload,
  "graph.run": planGraphPayload,
  "node.execute": planNodePayload,
};

/**
 * Turns an operation and its payload into a plan. Pure: nothing is run or written. A request that differs from an earlier
 * one in its values only has its plan without being read or planned again.
 */
export function planOperation(
  operation: string,
  payload: JsonObject,
  targetNode: string | null,
  snapshot: RegistrySnapshot,
): Result<Planned, Fault> {
  const planner = Object.hasOwn(VERBS, operation) ? VERBS[operation] : undefined;
  if (!planner) return err(unknownOperation(operation));
  const values = payload[valuesField(operation)];
  const make = (): Result<Plan, Fault> => planner(payload, targetNode, snapshot);
  const question = planQuestion(operation, payload, targetNode);
  return withValues(question === null ? make() : remembered(question, snapshot, make), values);
}

const unknownOperation = (operation: string): Fault =>
  fault("INVALID_OPERATION", `there is no operation '${operation}'`, {
    place: "$.operation",
    hint: `one of ${Object.keys(VERBS).join(", ")}`,
    details: { available_operations: Object.keys(VERBS) },
  });

function planGoalPayload(payload: JsonObject, _: string | null, snapshot: RegistrySnapshot): Result<Plan, Fault> {
  const read = parse(goal, payload, "the goal");
  if (!read.ok) return read;
  const { want, given, policy } = read.value;
  return planGoal({ want, given, policy }, snapshot);
}

function planGraphPayload(payload: JsonObject, _: string | null, snapshot: RegistrySnapshot): Result<Plan, Fault> {
  const read = parse(graph, payload, "the graph");
  if (!read.ok) return read;
  return planGraph(read.value.graph, snapshot, read.value.policy);
}

/** One node is a graph of one step whose inputs are given and whose outputs are wanted. */
function planNodePayload(
  payload: JsonObject,
  targetNode: string | null,
  snapshot: RegistrySnapshot,
): Result<Plan, Fault> {
  const read = parse(execute, payload, "the payload");
  if (!read.ok) return read;
  const { version, input, policy } = read.value;
  const node = read.value.node ?? targetNode;
  if (node === null) {
    return err(
      fault("INVALID_PARAMETER", "no node is named", {
        place: "$.payload.node",
        hint: "name it in payload.node or target_node",
      }),
    );
  }
  const step = { id: node, node, ...(version === undefined ? {} : { version }) };
  const unknown = unknownInput(node, input, snapshot);
  if (unknown) return err(unknown);
  return planGraph({ steps: [step], given: Object.keys(input) }, snapshot, policy);
}

/** An input no version of the node declares would silently be dropped by binding; the caller meant something by it. */
function unknownInput(name: string, input: JsonObject, snapshot: RegistrySnapshot): Fault | null {
  const versions = snapshot.byName.get(name);
  if (!versions) return null;
  const stray = Object.keys(input).find((key) => !versions.some((node) => Object.hasOwn(node.inputs, key)));
  if (stray === undefined) return null;
  const known = [...new Set(versions.flatMap((node) => Object.keys(node.inputs)))];
  return fault("INPUT_STATE_INVALID", `node ${name} has no input '${stray}'`, {
    place: `$.payload.input[${JSON.stringify(stray)}]`,
    hint: known.length > 0 ? `its inputs are ${known.join(", ")}` : "it takes no input",
  });
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

/** The part of a contract's schema that is needed here. */
type Reader<T> = AnySchema & {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
};

function parse<T>(schema: Reader<T>, payload: JsonObject, subject: string): Result<T, Fault> {
  const read = schema.safeParse(payload);
  if (read.success) return ok(read.data);
  const faults = faultsOfIssues("INVALID_PARAMETER", read.error.issues, { schema, at: ["payload"] });
  return err(refusal(subject, faults));
}
