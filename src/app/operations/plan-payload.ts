import { execute } from "../../../contracts/documents/execute.ts";
import { goal } from "../../../contracts/documents/goal.ts";
import { graph } from "../../../contracts/documents/graph.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { faultsOfIssues, refusal } from "../../core/envelope/refusal.ts";
import { fault, type Fault } from "../../core/errors.ts";
import type { Reader } from "../../core/operation/read-payload.ts";
import { planGraph } from "../../core/plan/graph/plan-graph.ts";
import type { Plan } from "../../core/plan/model/plan.ts";
import { planGoal } from "../../core/plan/search/plan-goal.ts";
import type { RegistrySnapshot } from "../../core/registry/snapshot.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Ground } from "../plan/ground.ts";

/** Makes a plan of an operation's payload. Pure. `targetNode` is the node the envelope is for. */
export type PayloadPlanner = (payload: JsonObject, targetNode: string | null, ground: Ground) => Result<Plan, Fault>;

export const planGoalPayload: PayloadPlanner = (payload, _, { snapshot, served }) => {
  const read = parsePayload(goal, payload, "the goal");
  if (!read.ok) return read;
  const { want, given, policy } = read.value;
  return planGoal({ want, given, policy }, snapshot, served);
};

export const planGraphPayload: PayloadPlanner = (payload, _, { snapshot, served }) => {
  const read = parsePayload(graph, payload, "the graph");
  return read.ok ? planGraph(read.value.graph, snapshot, read.value.policy, served) : read;
};

/** One node is a graph of one step whose inputs are given and whose outputs are wanted. */
export const planNodePayload: PayloadPlanner = (payload, targetNode, { snapshot, served }) => {
  const read = parsePayload(execute, payload, "the payload");
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
  return planGraph({ steps: [step], given: Object.keys(input) }, snapshot, policy, served);
};

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

/** Reads a payload, or lists everything that is wrong with it as INVALID_PARAMETER. */
export function parsePayload<T>(schema: Reader<T>, payload: JsonObject, subject: string): Result<T, Fault> {
  const read = schema.safeParse(payload);
  if (read.success) return ok(read.data);
  const faults = faultsOfIssues("INVALID_PARAMETER", read.error.issues, { schema, at: ["payload"] });
  return err(refusal(subject, faults));
}
