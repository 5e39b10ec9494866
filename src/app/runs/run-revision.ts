import { asWire } from "../../../contracts/json/wire.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { runRevision, type RunRevision } from "../../../contracts/api/run-revision.ts";
import { faultsOfIssues, jsonPath, refusal, type Issue } from "../../core/envelope/refusal.ts";
import { fault, type Fault } from "../../core/errors.ts";
import { planFromWire } from "../../core/plan/stored/plan-from-wire.ts";
import type { Plan } from "../../core/plan/model/plan.ts";
import { planFault } from "../../core/plan/model/problem.ts";
import type { Replacement, Revision } from "../../core/plan/replan/revise-plan.ts";
import { err, ok, type Result } from "../../core/result.ts";

/** The members of a rerun's body that change the plan, as they came. */
export interface RevisionRequest {
  readonly versions?: Readonly<Record<string, string>>;
  readonly mutations?: readonly JsonObject[];
  readonly plan?: JsonObject;
  readonly graph?: JsonObject;
}

/** What is asked of the plan, and the values a graph brings along. */
export interface ReadRevision {
  readonly revision: Revision;
  readonly values: JsonObject;
}

/**
 * Reads what is asked of a run's plan. A graph may leave out what the run was given: it is given that too. Refusals:
 * PLAN_INVALID_MUTATION for a change that is none, PLAN_NOT_A_PLAN, INVALID_PARAMETER for a graph; each with its place.
 */
export function readRevision(request: RevisionRequest, original: Plan, given: JsonObject): Result<ReadRevision, Fault> {
  const { versions = {}, mutations = [], plan, graph } = request;
  if (plan !== undefined && graph !== undefined) {
    return err(
      fault("INVALID_PARAMETER", "a rerun takes either a plan or a graph", {
        place: "$.graph",
        hint: "leave one of them out",
      }),
    );
  }
  const read = runRevision.safeParse({ mutations, plan, graph });
  if (!read.success) return err(unreadable(read.error.issues));
  const replacement = replacementIn(read.data, original, given);
  if (!replacement.ok) return replacement;
  const values = read.data.graph?.values ?? {};
  return ok({ revision: { replacement: replacement.value, versions, mutations: read.data.mutations }, values });
}

function replacementIn(
  { plan, graph }: RunRevision,
  original: Plan,
  given: JsonObject,
): Result<Replacement | null, Fault> {
  if (plan) {
    const read = planFromWire(asWire(plan));
    if (read.ok) return ok({ kind: "plan", plan: read.value });
    return err({ ...read.error, place: (read.error.place ?? "$").replace(/^\$/, "$.plan") });
  }
  if (!graph) return ok(null);
  const all = [...new Set([...original.given, ...graph.graph.given, ...Object.keys(given)])];
  return ok({ kind: "graph", graph: { ...graph.graph, given: all }, policy: graph.policy });
}

function unreadable(issues: readonly Issue[]): Fault {
  const [first] = issues;
  const about = first?.path[0];
  if (about === "graph")
    return refusal("the graph", faultsOfIssues("INVALID_PARAMETER", issues, { schema: runRevision }));
  if (about === "mutations" && first?.keys) {
    const [stray] = faultsOfIssues("PLAN_INVALID_MUTATION", issues, { schema: runRevision });
    if (stray)
      return planFault("invalid_mutation", stray.message, {
        place: stray.place ?? "$",
        ...(stray.hint === undefined ? {} : { hint: stray.hint }),
      });
  }
  const place = jsonPath(first?.path ?? []);
  const message = first?.message ?? "the revision cannot be read";
  return about === "plan"
    ? planFault("not_a_plan", `not a valid plan: ${message}`, {
        place,
        hint: "send the plan of a run, or of POST /v1/plans",
      })
    : planFault("invalid_mutation", message, {
        place,
        hint: "an op is replace, insert, remove, rewire, result or after",
      });
}

/** What identifies the request besides the run: absent members leave no trace. */
export const revisionIdentity = (request: RevisionRequest): JsonObject =>
  Object.fromEntries(
    Object.entries(request).filter(([, value]) => value !== undefined && !isEmpty(value as JsonValue)),
  );

const isEmpty = (value: JsonValue): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;
