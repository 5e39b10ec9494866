import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { fault, RuntimeHostError } from "../../core/errors.ts";
import { nodeRef } from "../../core/registry/node.ts";
import { ENTRYPOINTS } from "../../core/registry/entrypoints.ts";
import { cpuBudgetMs, NOT_BEGUN } from "../../core/sandbox/budget.ts";
import type { Handler } from "../../spi/handler.ts";
import type { Sandbox } from "../../spi/sandbox.ts";
import { handler } from "./handler-lifecycle.ts";
import { outputOfKind } from "../../core/run/reduce/output-of-kind.ts";

/**
 * Runs nodes of entrypoint type `function`: their own code, in the sandbox, with a budget that follows from the node's
 * declared timeout. The code gets the flat input state and returns the flat output state. Its refusals are final: the
 * same input would be refused again. Only what the host is short of may be there later.
 */
export function functionHandler(sandbox: Sandbox): Handler {
  return handler({
    type: ENTRYPOINTS.function.servedBy,
    version: "1.0.0",
    supportedOperations: ["node.execute"],
    async execute(call) {
      const code = await call.code();
      const maxCpuMs = cpuBudgetMs(call.node.execution);
      let isBegun = true;
      const outcome = await sandbox.run(code, call.input, {
        maxCpuMs,
        mayBegin: () => (isBegun = call.cpu?.admits(maxCpuMs) ?? true),
        onSpent: (cpuMs) => call.cpu?.spend(cpuMs),
      });
      if (!isBegun) return NOT_BEGUN;
      const ref = nodeRef(call.node);
      if (!outcome.ok) {
        const { error } = outcome;
        throw new RuntimeHostError({
          ...error,
          message: `${ref}: ${error.message}`,
          retryable: error.code === "SERVICE_UNAVAILABLE",
        });
      }
      if (!isObject(outcome.value)) {
        throw new RuntimeHostError(
          fault("OUTPUT_STATE_INVALID", `${ref}: the function returned ${typeName(outcome.value)}, not an object`, {
            hint: 'return an object with the contract keys as properties: { "document.stats": … }',
            retryable: false,
          }),
        );
      }
      return outputOfKind(call.node.kind, outcome.value);
    },
  });
}

const typeName = (value: JsonValue): string =>
  value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
