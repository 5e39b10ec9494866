import { HANDLER_OPERATION_NAMES, HANDLER_OPERATIONS } from "../../core/operation/handler-operations.ts";
import { operationNode } from "../../core/operation/operation-node.ts";
import type { BreakerBoard } from "../../spi/breaker-board.ts";
import type { HandlerBinding } from "../../spi/envelope-handler.ts";
import type { Handler } from "../../spi/handler.ts";
import type { Secrets } from "../../spi/secrets.ts";
import type { Surroundings } from "../ports.ts";
import { Breakers } from "./breakers.ts";
import { EnvelopeRouter } from "./envelope-router.ts";
import { Guard } from "./guard.ts";
import { NodeInstance } from "./node-instance.ts";
import { operationHandler } from "./operation-handler.ts";

export interface HostPorts extends Surroundings {
  readonly bindings: readonly HandlerBinding[];
  readonly breakerBoard: BreakerBoard;
  readonly secrets: Secrets;
}

/** What executes envelopes here: the router with its handlers, and those handlers as steps of runs see them. */
export interface RuntimeHost {
  readonly router: EnvelopeRouter;
  readonly breakers: Breakers;
  readonly handlers: readonly Handler[];
}

/** Wires the handlers a deployment binds: the one place where they are registered. */
export function runtimeHost(ports: HostPorts): RuntimeHost {
  const { bindings, clock, ids, secrets } = ports;
  const breakers = new Breakers({ ...ports, board: ports.breakerBoard });
  const router = new EnvelopeRouter({ clock, ids, guard: new Guard({ ...ports, breakers }) });
  for (const binding of bindings) router.registerHandler(binding);
  for (const name of HANDLER_OPERATION_NAMES) {
    const binding = bindings.find(({ handler }) => handler.type === HANDLER_OPERATIONS[name].handler);
    if (binding) router.registerNode(new NodeInstance(operationNode(name, binding.profile), router));
  }
  router.freeze();
  return {
    router,
    breakers,
    handlers: bindings.map((binding) => operationHandler(binding, { router, clock, ids, secrets })),
  };
}
