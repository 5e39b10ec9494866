import { keysOf } from "../../../contracts/json/narrow.ts";
import { DEFAULT_POLICY } from "../../core/plan/model/policy.ts";
import { planGraph } from "../../core/plan/graph/plan-graph.ts";
import { headersFault } from "../../core/http/request-headers.ts";
import { HANDLER_OPERATIONS, WHOLE, type HandlerOperationName } from "../../core/operation/handler-operations.ts";
import { operationNode, valuesOfPayload } from "../../core/operation/operation-node.ts";
import type { Reader } from "../../core/operation/read-payload.ts";
import type { Served } from "../../core/registry/served.ts";
import { buildSnapshot, type RegistrySnapshot } from "../../core/registry/snapshot.ts";
import { err } from "../../core/result.ts";
import { parsePayload, type PayloadPlanner } from "./plan-payload.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";

/** An operation is a run of one step, which calls its handler; its values are the members of the payload. */
export const planHandlerPayload =
  (name: HandlerOperationName): PayloadPlanner =>
  (payload, _, { served }) => {
    const { payload: schema, handler, gives } = HANDLER_OPERATIONS[name];
    const read = parsePayload(schema as Reader<JsonObject>, payload, "the payload");
    if (!read.ok) return read;
    const headers = handler === "http" ? headersFault(headersOf(payload)) : null;
    if (headers) return err(headers);
    const graph = {
      steps: [{ id: STEP, node: name }],
      given: Object.keys(valuesOfPayload(name, payload)),
      want: gives ?? [WHOLE],
    };
    const priority = Math.round((served.profiles.get(handler)?.priority ?? 0) / PRIORITY_SCALE);
    return planGraph(graph, operationsOf(served), { ...DEFAULT_POLICY, maxReplans: 0, priority }, served);
  };

/** The step's id within its run. */
const STEP = "call";
/** A binding's priority goes from −100 to 100, a run's from −10 to 10. */
const PRIORITY_SCALE = 10;

const snapshots = new WeakMap<Served, RegistrySnapshot>();

/** The operations of a deployment as nodes. */
function operationsOf(served: Served): RegistrySnapshot {
  const known = snapshots.get(served);
  if (known) return known;
  const nodes = keysOf(HANDLER_OPERATIONS).map((name) =>
    operationNode(name, served.profiles.get(HANDLER_OPERATIONS[name].handler)),
  );
  const made = buildSnapshot("operations", nodes, new Map());
  snapshots.set(served, made);
  return made;
}

const headersOf = ({ headers }: JsonObject): Readonly<Record<string, string>> =>
  typeof headers === "object" && headers !== null ? (headers as Readonly<Record<string, string>>) : {};
