import { HANDLER_TYPES, type HandlerType } from "../../../contracts/documents/handler-operation.ts";
import { fault, faultOf, RuntimeHostError, type Fault } from "../../core/errors.ts";
import { servedBy, type Served } from "../../core/registry/served.ts";
import type { Handler } from "../../spi/handler.ts";

/**
 * The table of handlers by entrypoint type. Filled once at start-up, then frozen: registering twice is
 * DUPLICATE_REGISTRATION, registering after the freeze or routing before it is INVALID_STATE.
 */
export class HandlerRouter {
  readonly #handlers = new Map<string, Handler>();
  readonly #starts = new WeakMap<Handler, Start>();
  #frozen = false;

  register(handler: Handler): this {
    if (this.#frozen)
      throw new RuntimeHostError(fault("INVALID_STATE", `the router is frozen; ${handler.type} came too late`));
    if (this.#handlers.has(handler.type)) {
      throw new RuntimeHostError(
        fault("DUPLICATE_REGISTRATION", `a handler for ${handler.type} is registered already`),
      );
    }
    this.#handlers.set(handler.type, handler);
    return this;
  }

  freeze(): this {
    this.#frozen = true;
    return this;
  }

  /** The handler of an entrypoint type; HANDLER_NOT_FOUND names those that exist. */
  route(type: string): Handler {
    if (!this.#frozen) throw new RuntimeHostError(fault("INVALID_STATE", "the router must be frozen before it routes"));
    const handler = this.#handlers.get(type);
    if (handler) return handler;
    throw new RuntimeHostError(
      fault("HANDLER_NOT_FOUND", `no handler is registered for entrypoint type '${type}'`, {
        details: { handler_type: type, available_handlers: this.types },
      }),
    );
  }

  /** What this deployment executes. */
  get served(): Served {
    return servedBy(this.#handlers.values());
  }

  /** Of them those an envelope can be for. */
  get handlerTypes(): readonly HandlerType[] {
    return HANDLER_TYPES.filter((type) => this.#handlers.has(type));
  }

  get handlers(): readonly Handler[] {
    return [...this.#handlers.values()];
  }

  get types(): readonly string[] {
    return [...this.#handlers.keys()].sort();
  }

  /**
   * As route, with the handler initialised: once, before its first node. One that could not be is tried again by whoever
   * comes after a pause, which doubles with every failure; until then SERVICE_UNAVAILABLE says how long. No node is blamed for it.
   *
   * @param now milliseconds since 1970
   */
  async ready(type: string, now: number): Promise<Handler> {
    const handler = this.route(type);
    const start = this.#starts.get(handler) ?? { under: null, failures: 0, notBefore: 0, problem: null };
    this.#starts.set(handler, start);
    if (start.problem && now < start.notBefore) throw unavailable(type, start.problem, start.notBefore - now);
    start.problem = null;
    start.under ??= handler.initialize().catch((thrown: unknown) => {
      start.under = null;
      start.problem = faultOf(thrown, `handler ${type} could not be initialised`);
      start.notBefore = now + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** start.failures++);
      throw unavailable(type, start.problem, start.notBefore - now);
    });
    await start.under;
    return handler;
  }
}

/** The pause after the first failure to initialise a handler, and the longest one, in milliseconds. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** How far a handler has come with its initialisation. */
interface Start {
  under: Promise<void> | null;
  failures: number;
  notBefore: number;
  problem: Fault | null;
}

const unavailable = (type: string, problem: Fault, pauseMs: number): RuntimeHostError =>
  new RuntimeHostError(
    fault("SERVICE_UNAVAILABLE", `handler ${type} is not ready: ${problem.message}`, {
      details: { handler_type: type, cause: problem.code },
      retryAfterSeconds: Math.ceil(pauseMs / 1_000),
      blameless: true,
    }),
  );
