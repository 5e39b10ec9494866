import type { Handler, HandlerAnswer, NodeCall } from "../../spi/handler.ts";
import { Lifecycle, type HandlerState } from "./lifecycle.ts";

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
  const life = new Lifecycle(body.type);
  return {
    type: body.type,
    ...(body.targets === undefined ? {} : { targets: body.targets }),
    get state() {
      return life.state;
    },
    initialize: () => life.initialize(async () => body.initialize?.()),
    shutdown: () => life.shutdown(async () => body.shutdown?.()),
    execute: (call) => life.execute(() => body.execute(call)),
    healthCheck: () => Promise.resolve({ healthy: life.check() }),
    describe: () => ({
      handlerType: body.type,
      supportedOperations: body.supportedOperations,
      requiredPayloadFields: [],
      responseShape: {},
      version: body.version,
    }),
  };
}
