import type { JsonObject } from "../../../contracts/json/json.ts";
import type { Envelope } from "../../../contracts/documents/envelope.ts";
import { handlerOperation, operationsOf } from "../../core/operation/handler-operations.ts";
import type { CallSurroundings, EnvelopeHandler, HandlerHealth } from "../../spi/envelope-handler.ts";
import { Lifecycle, type HandlerState } from "./lifecycle.ts";

/** What is particular to a handler of envelopes; the lifecycle around it is the same for all. */
export interface EnvelopeHandlerBody extends Pick<EnvelopeHandler, "type" | "targetOf" | "isFailure" | "retryAfter"> {
  readonly version: string;
  readonly responseShape: Readonly<Record<string, string>>;
  /** Reads its settings and opens what it needs. */
  initialize(config: JsonObject): Promise<void>;
  shutdown?(): Promise<void>;
  execute(envelope: Envelope, surroundings: CallSurroundings): Promise<JsonObject>;
  /** What a check says beside whether the handler can be called. */
  health?(): Promise<Partial<HandlerHealth>>;
}

/** Puts a body through the lifecycle of handlers. */
export function envelopeHandler(body: EnvelopeHandlerBody): EnvelopeHandler & { readonly state: HandlerState } {
  const life = new Lifecycle(body.type);
  const supportedOperations = operationsOf(body.type);
  const [first = ""] = supportedOperations;
  return {
    type: body.type,
    targetOf: (payload) => body.targetOf(payload),
    ...(body.isFailure ? { isFailure: body.isFailure } : {}),
    ...(body.retryAfter ? { retryAfter: body.retryAfter } : {}),
    get state() {
      return life.state;
    },
    initialize: (config) => life.initialize(() => body.initialize(config)),
    shutdown: () => life.shutdown(async () => body.shutdown?.()),
    execute: async (envelope, surroundings) => life.execute(() => body.execute(envelope, surroundings)),
    async healthCheck() {
      const healthy = life.check();
      return { healthy, ...(await body.health?.()) };
    },
    describe: () => ({
      handlerType: body.type,
      supportedOperations,
      requiredPayloadFields: handlerOperation(first)?.requires ?? [],
      responseShape: body.responseShape,
      version: body.version,
    }),
  };
}
