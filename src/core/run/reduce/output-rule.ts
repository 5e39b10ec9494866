import type { JsonObject } from "../../../../contracts/json/json.ts";
import { fault, type Fault } from "../../errors.ts";
import type { NodeKind } from "../../registry/node.ts";
import { err, ok, type Result } from "../../result.ts";

/** What a node handed back; see the Handler port. */
interface Returned {
  readonly result?: JsonObject;
  readonly projections?: JsonObject;
  readonly events?: readonly JsonObject[];
  readonly intents?: readonly JsonObject[];
}

/** A node's output state and what it reported besides. */
export interface Admitted {
  readonly state: JsonObject;
  readonly events: readonly JsonObject[];
}

const ALLOWED: Record<NodeKind, ReadonlySet<keyof Returned>> = {
  compute: new Set(["result"]),
  effect: new Set(["result", "events"]),
  reducer: new Set(["projections"]),
  orchestrator: new Set(["events", "intents"]),
};

/**
 * The output rule of each node kind, checked on the way out: reducers return projections only, compute nodes a result
 * only, effects events and a result, orchestrators events and intents.
 */
export function admitOutput(kind: NodeKind, returned: Returned): Result<Admitted, Fault> {
  const allowed = ALLOWED[kind];
  const filled = (["result", "projections", "events", "intents"] as const).filter(
    (part) => returned[part] !== undefined,
  );
  const forbidden = filled.filter((part) => !allowed.has(part));
  if (forbidden.length > 0) {
    return err(
      fault("OUTPUT_RULE_VIOLATION", `a ${kind} node may not return ${forbidden.join(" or ")}`, {
        hint: `a ${kind} node returns ${[...allowed].join(" and ")} only`,
      }),
    );
  }
  const events = [...(returned.events ?? []), ...(returned.intents ?? [])];
  return ok({ state: returned.result ?? returned.projections ?? {}, events });
}
