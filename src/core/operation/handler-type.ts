import { fault, type Fault } from "../errors.ts";
import { handlerOperation, operationsOf } from "./handler-operations.ts";

/**
 * Why an envelope cannot go to the handler it names; null when it can. One that names none goes where its operation says.
 * Refusals: HANDLER_NOT_FOUND for a type nobody here has, INVALID_OPERATION for one that does not serve the operation.
 *
 * @param available the handler types there are
 */
export function handlerTypeFault(operation: string, type: string | null, available: readonly string[]): Fault | null {
  if (type === null) return null;
  if (!available.includes(type))
    return fault("HANDLER_NOT_FOUND", `no handler here takes '${operation}' as '${type}'`, {
      place: "$.handler_type",
      hint: available.length === 0 ? "there are no handlers here" : `one of ${available.join(", ")}, or leave it out`,
      details: { handler_type: type, available_handlers: available },
    });
  const serves = handlerOperation(operation)?.handler ?? null;
  if (serves === type) return null;
  const operations = type === "http" || type === "db" || type === "local" ? operationsOf(type) : [];
  return fault("INVALID_OPERATION", `handler ${type} does not serve '${operation}'`, {
    place: "$.handler_type",
    hint: serves === null ? "leave handler_type out" : `handler_type ${serves} serves it`,
    details: { handler_type: type, available_operations: operations },
  });
}
