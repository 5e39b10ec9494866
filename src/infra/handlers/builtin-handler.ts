import { fault, RuntimeHostError } from "../../core/errors.ts";
import { nodeRef } from "../../core/registry/node.ts";
import { ENTRYPOINTS } from "../../core/registry/entrypoints.ts";
import type { BuiltinNode, Handler } from "../../spi/handler.ts";
import { handler } from "./handler-lifecycle.ts";

/** Runs nodes of entrypoint type `builtin`: the target names a function of the bundle's table. NODE_NOT_FOUND otherwise. */
export function builtinHandler(table: Readonly<Record<string, BuiltinNode>>): Handler {
  const nodes = new Map(Object.entries(table));
  return handler({
    type: ENTRYPOINTS.builtin.servedBy,
    targets: [...nodes.keys()],
    version: "1.0.0",
    supportedOperations: ["node.execute"],
    execute(call) {
      const { target } = call.node.entrypoint;
      const node = nodes.get(target);
      if (node) return node(call);
      throw new RuntimeHostError(
        fault(
          "NODE_NOT_FOUND",
          `${nodeRef(call.node)} points at built-in '${target}', which this bundle does not have`,
          {
            place: "entrypoint.target",
            hint: `built in are ${[...nodes.keys()].sort().join(", ")}`,
          },
        ),
      );
    },
  });
}
