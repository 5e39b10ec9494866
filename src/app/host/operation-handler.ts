import { NO_METADATA, type Envelope } from "../../../contracts/documents/envelope.ts";
import { fault, RuntimeHostError } from "../../core/errors.ts";
import { isHandlerOperation, operationsOf } from "../../core/operation/handler-operations.ts";
import { payloadOfState, stateOfResponse } from "../../core/operation/operation-node.ts";
import { isoTime } from "../../core/run/model/time.ts";
import type { Clock, Ids } from "../../spi/clock.ts";
import type { HandlerBinding } from "../../spi/envelope-handler.ts";
import type { Handler, NodeCall } from "../../spi/handler.ts";
import type { EnvelopeRouter } from "./envelope-router.ts";
import { NodeInstance } from "./node-instance.ts";

export interface OperationPorts {
  readonly router: EnvelopeRouter;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Executes the steps that a handler's operations are planned as: the step's input state is the payload of an envelope, the
 * response's payload its output state. The envelope carries the run's correlation id, and a key that is the same for every
 * attempt.
 */
export function operationHandler({ handler, config, profile }: HandlerBinding, ports: OperationPorts): Handler {
  const { type } = handler;
  return {
    type,
    targets: operationsOf(type),
    profile,
    initialize: () => handler.initialize(config),
    shutdown: () => handler.shutdown(),
    async execute(call) {
      const { target } = call.node.entrypoint;
      if (!isHandlerOperation(target))
        throw new RuntimeHostError(fault("INVALID_OPERATION", `handler ${type} does not serve '${target}'`));
      const instance = new NodeInstance(call.node, ports.router);
      const { response, fault: problem } = await instance.handle(envelopeOf(call, ports), call);
      if (problem) throw new RuntimeHostError(problem);
      return { result: stateOfResponse(target, response.payload) };
    },
    async healthCheck() {
      const { healthy } = await handler.healthCheck();
      return { healthy };
    },
    describe: () => handler.describe(),
  };

  function envelopeOf(
    { node, input, correlationId, idempotencyKey }: NodeCall,
    { clock, ids }: OperationPorts,
  ): Envelope {
    const operation = node.entrypoint.target;
    return Object.freeze({
      envelopeId: ids.uuid(),
      correlationId,
      causationId: null,
      envelopeVersion: "1.0.0",
      sourceNode: "onex",
      targetNode: null,
      operation,
      handlerType: type,
      payload: isHandlerOperation(operation) ? payloadOfState(operation, input) : input,
      metadata: Object.freeze({ ...NO_METADATA, idempotencyKey }),
      timestamp: isoTime(clock.now()),
      isResponse: false,
      success: null,
      error: null,
    });
  }
}
