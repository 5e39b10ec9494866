import type { JsonObject } from "../../../contracts/json/json.ts";
import type { NodeKind } from "../../core/registry/node.ts";
import type { NodeOutput } from "../../spi/handler.ts";

/** Puts a flat output state where the output rule expects it from a node of this kind. */
export function outputOfKind(kind: NodeKind, state: JsonObject): NodeOutput {
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
