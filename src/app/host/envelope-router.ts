import { isObject } from "../../../contracts/json/narrow.ts";
import type { Envelope } from "../../../contracts/documents/envelope.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { errorEnvelope, respond } from "../../core/envelope/envelope.ts";
import { fault, faultOf, RuntimeHostError, type Fault } from "../../core/errors.ts";
import { handlerTypeFault } from "../../core/operation/handler-type.ts";
import { clipFault } from "../../core/text/clip-fault.ts";
import type { Clock, Ids } from "../../spi/clock.ts";
import type { CallSurroundings, EnvelopeHandler, HandlerBinding } from "../../spi/envelope-handler.ts";
import type { HandlerDescription } from "../../spi/handler.ts";
import type { Guard } from "./guard.ts";
import type { EnvelopeExecutor, NodeInstance, Routed } from "./node-instance.ts";

export interface RouterPorts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly guard: Pick<Guard, "call">;
}

/**
 * Hands envelopes to handlers, by handler type. Filled at start-up, then frozen: the same handler type or node twice is
 * DUPLICATE_REGISTRATION; registering after the freeze, or routing before it, is INVALID_STATE. Envelopes are read and
 * never changed; the correlation id of an answer is the request's.
 */
export class EnvelopeRouter implements EnvelopeExecutor {
  readonly #ports: RouterPorts;
  readonly #bindings = new Map<string, HandlerBinding>();
  readonly #nodes = new Map<string, NodeInstance>();
  #frozen = false;

  constructor(ports: RouterPorts) {
    this.#ports = ports;
  }

  registerHandler(binding: HandlerBinding): this {
    const { type } = binding.handler;
    this.#refuseLate(`handler ${type}`);
    if (this.#bindings.has(type)) throw refusal("DUPLICATE_REGISTRATION", `handler ${type} is registered already`);
    this.#bindings.set(type, binding);
    return this;
  }

  registerNode(instance: NodeInstance): this {
    this.#refuseLate(`node ${instance.slug}`);
    if (this.#nodes.has(instance.slug))
      throw refusal("DUPLICATE_REGISTRATION", `node ${instance.slug} is registered already`);
    this.#nodes.set(instance.slug, instance);
    return this;
  }

  /** Nothing is registered any more. Doing it again changes nothing. */
  freeze(): this {
    this.#frozen = true;
    return this;
  }

  /** The types of the handlers there are, sorted. */
  get types(): readonly string[] {
    return [...this.#bindings.keys()].sort();
  }

  get bindings(): readonly HandlerBinding[] {
    return [...this.#bindings.values()];
  }

  /** NODE_NOT_FOUND names those there are. */
  node(slug: string): NodeInstance {
    this.#refuseEarly();
    const known = this.#nodes.get(slug);
    if (known) return known;
    throw refusal("NODE_NOT_FOUND", `there is no node ${slug}`, { available_nodes: [...this.#nodes.keys()].sort() });
  }

  /** The binding an envelope is for. Throws HANDLER_NOT_FOUND or INVALID_OPERATION. */
  route(envelope: Pick<Envelope, "operation" | "handlerType">): HandlerBinding {
    this.#refuseEarly();
    const type = envelope.handlerType ?? envelope.operation.split(".")[0] ?? "";
    const problem = handlerTypeFault(envelope.operation, type, this.types);
    const binding = this.#bindings.get(type);
    if (problem || !binding) throw new RuntimeHostError(problem ?? fault("HANDLER_NOT_FOUND", `no handler ${type}`));
    return binding;
  }

  /**
   * Has an envelope handled. Rejects when it cannot be routed, and when the call was called off; whatever else goes wrong
   * is answered with an error envelope.
   */
  async execute(envelope: Envelope, surroundings: CallSurroundings): Promise<Routed> {
    const binding = this.route(envelope);
    const { handler } = binding;
    try {
      const returned = await this.#ports.guard.call(binding, envelope, surroundings);
      if (!isObject(returned)) return this.#failed(envelope, wrongReturn(handler, returned));
      return { response: respond(envelope, { success: true, payload: returned, ...this.#stamp() }), fault: null };
    } catch (thrown) {
      const problem = faultOf(thrown, `handler ${handler.type} failed unexpectedly`);
      if (problem.code === "RUN_CANCELLED" || (surroundings.signal.aborted && problem.code !== "TIMEOUT_ERROR"))
        throw thrown;
      return this.#failed(envelope, withWait(clipFault(problem), handler));
    }
  }

  describe(): readonly HandlerDescription[] {
    return this.bindings.map(({ handler }) => handler.describe());
  }

  /** Shuts every handler down, the last one first. One that fails does not keep the others. */
  async shutdown(): Promise<void> {
    await Promise.allSettled(this.bindings.toReversed().map(({ handler }) => handler.shutdown()));
  }

  #failed(envelope: Envelope, problem: Fault): Routed {
    return { response: errorEnvelope(envelope, problem, this.#stamp()), fault: problem };
  }

  #stamp(): { readonly envelopeId: string; readonly now: number } {
    return { envelopeId: this.#ports.ids.uuid(), now: this.#ports.clock.now() };
  }

  #refuseLate(what: string): void {
    if (this.#frozen) throw refusal("INVALID_STATE", `the router is frozen; ${what} came too late`);
  }

  #refuseEarly(): void {
    if (!this.#frozen) throw refusal("INVALID_STATE", "the router must be frozen before it routes");
  }
}

const refusal = (code: Fault["code"], message: string, details?: JsonObject): RuntimeHostError =>
  new RuntimeHostError(fault(code, message, details ? { details } : {}));

/** A handler may say how long its failures are waited for. */
function withWait(problem: Fault, { retryAfter }: EnvelopeHandler): Fault {
  const seconds = problem.retryAfterSeconds ?? retryAfter?.[problem.code];
  return seconds === undefined ? problem : { ...problem, retryAfterSeconds: seconds };
}

const wrongReturn = (handler: EnvelopeHandler, returned: unknown): Fault =>
  fault(
    "HANDLER_EXECUTION_ERROR",
    `handler ${handler.type} returned ${returned === null ? "null" : typeof returned}, not an object`,
    {
      retryable: false,
    },
  );
