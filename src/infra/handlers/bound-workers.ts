import { fault, RuntimeHostError } from "../../core/errors.ts";
import type { BoundWorkers } from "../../spi/handler.ts";
import { connectionFault } from "./http/connection.ts";
import { responseOf } from "./http/response.ts";

/** The longest answer to a request, in bytes. That to a call is limited by the platform, to 32 MiB. */
const MAX_BYTES = 32 * 1_048_576;

/** A Worker as the platform binds it: any property of it looks like a method. */
export interface ServiceBinding {
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** Whether a binding is another Worker. It has every property one asks for, so its tag is what tells. */
export const isServiceBinding = (bound: unknown): bound is ServiceBinding =>
  Object.prototype.toString.call(bound) === "[object Fetcher]";

/** The Workers among some bindings. */
export function boundWorkers(bindings: Readonly<Record<string, unknown>>): BoundWorkers {
  const workers = new Map(
    Object.entries(bindings).flatMap(([name, bound]) => (isServiceBinding(bound) ? [[name, bound] as const] : [])),
  );
  const at = (binding: string): ServiceBinding => {
    const worker = workers.get(binding);
    if (worker) return worker;
    throw new RuntimeHostError(fault("NODE_NOT_FOUND", `no Worker is bound here as ${binding}`, { retryable: false }));
  };
  return {
    names: [...workers.keys()].sort(),
    async call(binding, method, argument) {
      const found: unknown = Reflect.get(at(binding), method);
      if (typeof found !== "function") throw noMethod(binding, method);
      try {
        const answer: unknown = await Reflect.apply(found, undefined, [argument]);
        return answer;
      } catch (thrown) {
        throw refusal(thrown, binding, method);
      }
    },
    async post(binding, { headers, body }, signal) {
      const worker = at(binding);
      const abort = new AbortController();
      signal.addEventListener("abort", () => abort.abort());
      // The host is nobody's: the request goes to the binding, whatever it says.
      const init = { method: "POST", headers, body, redirect: "manual", signal: abort.signal } as const;
      const response = await worker
        .fetch(`https://${binding.toLowerCase()}.invalid/`, init)
        .catch((thrown: unknown) => {
          if (signal.aborted) throw connectionFault(binding, "was given up", thrown);
          throw refusal(thrown, binding, "fetch");
        });
      return responseOf(response, { maxBytes: MAX_BYTES, host: binding, signal });
    },
  };
}

/** What the platform or the other Worker says, without its words: they are not meant for whoever reads a run. */
function refusal(cause: unknown, binding: string, method: string): RuntimeHostError {
  const { name = "Error", message = "" } = cause instanceof Error ? cause : {};
  if (message.includes("does not implement the method")) return noMethod(binding, method, cause);
  if (is(cause, "overloaded"))
    return new RuntimeHostError(fault("SERVICE_UNAVAILABLE", `the Worker bound as ${binding} is overloaded`), {
      cause,
    });
  if (is(cause, "retryable")) return connectionFault(`the Worker bound as ${binding}`, "was not reached", cause);
  return new RuntimeHostError(
    fault("HANDLER_EXECUTION_ERROR", `${method} of the Worker bound as ${binding} threw ${name}`),
    { cause },
  );
}

const is = (cause: unknown, flag: string): boolean =>
  typeof cause === "object" && cause !== null && Reflect.get(cause, flag) === true;

const noMethod = (binding: string, method: string, cause?: unknown): RuntimeHostError =>
  new RuntimeHostError(
    fault("NODE_NOT_FOUND", `the Worker bound as ${binding} has no method ${method}`, {
      place: "entrypoint.target",
      hint: "a method of the class the binding's entrypoint names, not a property of its instances",
      retryable: false,
    }),
    { cause },
  );
