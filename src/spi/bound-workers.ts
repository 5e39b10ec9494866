import type { HttpResponse } from "../../contracts/documents/handler-operation.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import type { AbortSignalLike } from "./handler.ts";

/**
 * Other Workers that are bound to this deployment, by the names of their bindings. Refusals of both calls:
 * SERVICE_UNAVAILABLE for one that is overloaded, CONNECTION_ERROR for one that is not reached, PAYLOAD_TOO_LARGE for an
 * answer over the limit, HANDLER_EXECUTION_ERROR for what it throws, which is told by its name alone.
 */
export interface BoundWorkers {
  readonly names: readonly string[];
  /** Calls a method with one argument. What it gives is data, and not yet known to be JSON. */
  call(binding: string, method: string, argument: JsonObject): Promise<unknown>;
  /** Posts a request. Redirects are not followed. */
  post(
    binding: string,
    request: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
    signal: AbortSignalLike,
  ): Promise<HttpResponse>;
}
