import { ENTRYPOINTS } from "../../core/registry/entrypoints.ts";
import type { Handler } from "../../spi/handler.ts";
import { handler } from "./handler-lifecycle.ts";
import { outputOfKind } from "../../core/run/reduce/output-of-kind.ts";

/**
 * Runs nodes of entrypoint type `noop`: does nothing. What comes in under a key the node also gives goes out unchanged,
 * so such a node can hold a place in a graph; a contract that promises anything else is caught by its output state.
 */
export function noopHandler(): Handler {
  return handler({
    type: ENTRYPOINTS.noop.servedBy,
    version: "1.0.0",
    supportedOperations: ["node.execute"],
    execute({ node, input }) {
      const passed = Object.entries(input).filter(([key]) => Object.hasOwn(node.outputs, key));
      return outputOfKind(node.kind, Object.fromEntries(passed));
    },
  });
}
