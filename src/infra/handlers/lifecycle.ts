import { fault, RuntimeHostError } from "../../core/errors.ts";

export type HandlerState = "CREATED" | "INITIALIZED" | "HEALTHY" | "EXECUTING" | "SHUTDOWN";

/**
 * The life of a handler: CREATED → INITIALIZED → HEALTHY ⇄ EXECUTING → SHUTDOWN. It begins and ends once and executes in
 * between; anything else is INVALID_STATE. A beginning that failed may be tried again.
 */
export class Lifecycle {
  readonly #name: string;
  #state: Exclude<HandlerState, "EXECUTING"> = "CREATED";
  #running = 0;

  /** @param name the handler's, for refusals */
  constructor(name: string) {
    this.#name = name;
  }

  get state(): HandlerState {
    return this.#running > 0 && this.#state !== "SHUTDOWN" ? "EXECUTING" : this.#state;
  }

  async initialize(begin: () => Promise<void>): Promise<void> {
    if (this.#state !== "CREATED") throw this.#refusal("initialize");
    await begin();
    this.#state = "INITIALIZED";
  }

  async shutdown(end: () => Promise<void>): Promise<void> {
    if (this.#state === "SHUTDOWN") throw this.#refusal("shut down");
    this.#state = "SHUTDOWN";
    await end();
  }

  /** What is returned at once is passed on at once; what is thrown is always a rejection. */
  execute<T>(run: () => T | Promise<T>): T | Promise<T> {
    if (!this.#isOpen) return Promise.reject(this.#refusal("execute"));
    this.#state = "HEALTHY";
    this.#running++;
    let output: T | Promise<T>;
    try {
      output = run();
    } catch (thrown) {
      output = Promise.reject<T>(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
    if (output instanceof Promise) return output.finally(() => this.#running--);
    this.#running--;
    return output;
  }

  /** Whether it can be called; a check after the beginning makes it HEALTHY. */
  check(): boolean {
    if (this.#isOpen) this.#state = "HEALTHY";
    return this.#state === "HEALTHY";
  }

  get #isOpen(): boolean {
    return this.#state === "INITIALIZED" || this.#state === "HEALTHY";
  }

  #refusal(verb: string): RuntimeHostError {
    return new RuntimeHostError(fault("INVALID_STATE", `handler ${this.#name} cannot ${verb}: it is ${this.state}`));
  }
}
