import type { HandlerType } from "../../contracts/documents/handler-operation.ts";
import type { Envelope } from "../../contracts/documents/envelope.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { CallProfile } from "../core/operation/operation-node.ts";
import type { BreakerSettings } from "../core/resilience/breaker.ts";
import type { AbortSignalLike, HandlerDescription } from "./handler.ts";

/** What a handler may know of a call besides its envelope. */
export interface CallSurroundings {
  readonly tenant: string;
  /** Aborted when the call's time is over or nobody waits for it any more. */
  readonly signal: AbortSignalLike;
}

export interface HandlerHealth {
  readonly healthy: boolean;
  /** True for a handler that must not be there outside of development. */
  readonly devTestOnly?: boolean;
  /** For a person; never a secret. */
  readonly detail?: string;
}

/**
 * Serves the operations of one family (`http.get`). Goes through CREATED → INITIALIZED → HEALTHY ⇄ EXECUTING → SHUTDOWN;
 * initialised and shut down once. It reads envelopes and never changes them; refusals are thrown as RuntimeHostError.
 */
export interface EnvelopeHandler {
  readonly type: HandlerType;
  /** Rejects with INVALID_CONFIGURATION when it cannot work with this. */
  initialize(config: JsonObject): Promise<void>;
  shutdown(): Promise<void>;
  /** The payload of the response. */
  execute(envelope: Envelope, surroundings: CallSurroundings): Promise<JsonObject>;
  healthCheck(): Promise<HandlerHealth>;
  describe(): HandlerDescription;
  /** What a payload leads to (`api.example.com:443`, a database's name): breakers and rates are kept for each. */
  targetOf(payload: JsonObject): string;
  /** Whether a response, though a success to its caller, speaks against its target. */
  isFailure?(response: JsonObject): boolean;
  /** Seconds before another try, where they differ from the code's own. */
  readonly retryAfter?: Partial<Record<ErrorCode, number>>;
}

/** A handler as a deployment binds it. */
export interface HandlerBinding {
  readonly handler: EnvelopeHandler;
  readonly config: JsonObject;
  readonly profile: CallProfile;
  /** Calls a second of each target; null for any number. */
  readonly ratePerSecond: number | null;
  /** Null where no breaker is kept. */
  readonly breaker: BreakerSettings | null;
}
