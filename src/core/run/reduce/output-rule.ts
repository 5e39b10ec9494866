import type { JsonObject } from "../../../../contracts/json/json.ts";
import { fault, type Fault } from "../../errors.ts";
import { flawFault } from "../../json/flaw.ts";
import { jsonFlaw } from "../../json/read-json.ts";
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
 * only, effects events and a result, orchestrators events and intents (OUTPUT_RULE_VIOLATION). And all of it is JSON that
 * keeps its meaning wherever it goes, as what comes in from outside has to be (OUTPUT_STATE_INVALID, see core/json): what
 * cannot be hashed, stored or sent on is the node's fault, and nobody else's.
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
  const state = returned.result ?? returned.projections ?? {};
  const flawed = flawIn(state, "$", "the output") ?? flawIn(events, "$events", "what the node reports");
  return flawed ? err(flawed) : ok({ state, events });
}

function flawIn(value: unknown, root: string, subject: string): Fault | null {
  const flaw = jsonFlaw(value);
  return flaw && flawFault("OUTPUT_STATE_INVALID", subject, flaw, root);
}
