import { fault, RuntimeHostError } from "../core/errors.ts";
import { outputOfKind } from "../core/run/reduce/output-of-kind.ts";
import type { BuiltinNode } from "../spi/handler.ts";
import type { DefinedNode } from "./define-node.ts";
import { failureOf } from "./failure.ts";

/** A defined node as the handler of built-in nodes calls it. */
export function builtinNode(node: DefinedNode): BuiltinNode {
  return async ({ input, correlationId, runId, stepId, attempt, idempotencyKey, signal }) => {
    try {
      const state = await node.execute(input, { correlationId, runId, stepId, attempt, idempotencyKey, signal });
      return outputOfKind(node.definition.kind, state);
    } catch (thrown) {
      if (thrown instanceof RuntimeHostError) throw thrown;
      const { code, message, retryable, retry_after_s: retryAfterSeconds } = failureOf(thrown);
      throw new RuntimeHostError(
        fault(code, message, {
          ...(retryable === undefined ? {} : { retryable }),
          ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
        }),
        { cause: thrown },
      );
    }
  };
}

/** Defined nodes under the targets of their entrypoints. Throws TypeError when two have one name and version. */
export function builtinTable(nodes: readonly DefinedNode[]): Readonly<Record<string, BuiltinNode>> {
  const table = Object.fromEntries(nodes.map((node) => [node.definition.entrypoint.target, builtinNode(node)]));
  if (Object.keys(table).length !== nodes.length) throw new TypeError("two nodes have one name and version");
  return table;
}
