import type { JsonObject } from "../../../../contracts/json/json.ts";
import type { NodeKind } from "../../registry/node.ts";

/** An output state, in the part of an output that the output rule allows a node of its kind. */
export interface PlacedState {
  readonly result?: JsonObject;
  readonly projections?: JsonObject;
  readonly intents?: readonly JsonObject[];
}

/** Puts a flat output state where the output rule expects it from a node of this kind. */
export function outputOfKind(kind: NodeKind, state: JsonObject): PlacedState {
  switch (kind) {
    case "compute":
    case "effect":
      return { result: state };
    case "reducer":
      return { projections: state };
    case "orchestrator":
      return { intents: Object.keys(state).length === 0 ? [] : [state] };
  }
}
