import { fault, RuntimeHostError } from "../../core/errors.ts";
import type { Handler } from "../../spi/handler.ts";

/**
 * The table of handlers by entrypoint type. Filled once at start-up, then frozen: registering twice is
 * DUPLICATE_REGISTRATION, registering after the freeze or routing before it is INVALID_STATE.
 */
export class HandlerRouter {
  readonly #handlers = new Map<string, Handler>();
  readonly #initialized = new WeakMap<Handler, Promise<void>>();
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

  get types(): readonly string[] {
    return [...this.#handlers.keys()].sort();
  }

  /** As route, with the handler initialised: once, before its first node. */
  async ready(type: string): Promise<Handler> {
    const handler = this.route(type);
    const ready = this.#initialized.get(handler) ?? handler.initialize();
    this.#initialized.set(handler, ready);
    await ready;
    return handler;
  }
}
