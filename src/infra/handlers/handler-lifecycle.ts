import { fault, RuntimeHostError } from "../../core/errors.ts";
import type { Handler, HandlerAnswer, NodeCall } from "../../spi/handler.ts";

export type HandlerState = "CREATED" | "INITIALIZED" | "HEALTHY" | "EXECUTING" | "SHUTDOWN";

/** What is particular to a handler; the lifecycle around it is the same for all. */
export interface HandlerBody {
  /** The entrypoint type it runs. */
  readonly type: string;
  /** The targets it knows; any when left out. */
  readonly targets?: readonly string[];
  readonly version: string;
  readonly supportedOperations: readonly string[];
  execute(call: NodeCall): HandlerAnswer | Promise<HandlerAnswer>;
  /** Everything the handler needs before its first call. */
  initialize?(): Promise<void>;
  shutdown?(): Promise<void>;
}

/**
 * Puts a handler body through the lifecycle CREATED → INITIALIZED → HEALTHY ⇄ EXECUTING → SHUTDOWN. Initialised and shut
 * down exactly once; executed only in between. Anything else is INVALID_STATE. A health check after initialising makes
 * it HEALTHY, as does the first call.
 */
export function handler(body: HandlerBody): Handler & { readonly state: HandlerState } {
  let state: Exclude<HandlerState, "EXECUTING"> = "CREATED";
  let running = 0;
  const current = (): HandlerState => (running > 0 && state !== "SHUTDOWN" ? "EXECUTING" : state);
  const refuse = (verb: string) =>
    new RuntimeHostError(fault("INVALID_STATE", `handler ${body.type} cannot ${verb}: it is ${current()}`));
  const isOpen = () => state === "INITIALIZED" || state === "HEALTHY";
  return {
    type: body.type,
    ...(body.targets === undefined ? {} : { targets: body.targets }),
    get state() {
      return current();
    },
    async initialize() {
      if (state !== "CREATED") throw refuse("initialize");
      await body.initialize?.();
      state = "INITIALIZED";
    },
    async shutdown() {
      if (state === "SHUTDOWN") throw refuse("shut down");
      state = "SHUTDOWN";
      await body.shutdown?.();
    },
    execute(call) {
      if (!isOpen()) return Promise.reject(refuse("execute"));
      state = "HEALTHY";
      running++;
      let output: HandlerAnswer | Promise<HandlerAnswer>;
      try {
        output = body.execute(call);
      } catch (thrown) {
        output = Promise.reject<HandlerAnswer>(thrown instanceof Error ? thrown : new Error(String(thrown)));
      }
      if (output instanceof Promise) return output.finally(() => running--);
      running--;
      return output;
    },
    healthCheck() {
      if (isOpen()) state = "HEALTHY";
      return Promise.resolve({ healthy: state === "HEALTHY" });
    },
    describe: () => ({
      handlerType: body.type,
      supportedOperations: body.supportedOperations,
      version: body.version,
    }),
  };
}
