import { NO_METADATA, type Envelope } from "../../../contracts/documents/envelope.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { fault, RuntimeHostError } from "../../core/errors.ts";
import { isHandlerOperation, operationsOf } from "../../core/operation/handler-operations.ts";
import { payloadOfState, stateOfResponse } from "../../core/operation/operation-node.ts";
import { isoTime } from "../../core/run/model/time.ts";
import type { Ids } from "../../spi/clock.ts";
import type { HandlerBinding } from "../../spi/envelope-handler.ts";
import type { Handler, NodeCall } from "../../spi/handler.ts";
import type { DeclaredPorts } from "./call-ports.ts";
import { declaredCall } from "./declared-call.ts";
import type { EnvelopeRouter } from "./envelope-router.ts";
import { NodeInstance } from "./node-instance.ts";

export interface OperationPorts extends DeclaredPorts {
  readonly router: EnvelopeRouter;
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
      const declared = await declaredCall(call, ports);
      const operation = declared?.operation ?? call.node.entrypoint.target;
      if (!isHandlerOperation(operation))
        throw new RuntimeHostError(fault("INVALID_OPERATION", `handler ${type} does not serve '${operation}'`));
      const instance = new NodeInstance(call.node, ports.router);
      const payload = declared?.payload ?? payloadOfState(operation, call.input);
      const { response, fault: problem } = await instance.handle(envelopeOf(call, operation, payload), call);
      if (problem) throw new RuntimeHostError(declared?.fault(problem) ?? problem);
      return declared?.result(response.payload) ?? { result: stateOfResponse(operation, response.payload) };
    },
    async healthCheck() {
      const { healthy } = await handler.healthCheck();
      return { healthy };
    },
    describe: () => handler.describe(),
  };

  function envelopeOf({ correlationId, idempotencyKey }: NodeCall, operation: string, payload: JsonObject): Envelope {
    return Object.freeze({
      envelopeId: ports.ids.uuid(),
      correlationId,
      causationId: null,
      envelopeVersion: "1.0.0",
      sourceNode: "onex",
      targetNode: null,
      operation,
      handlerType: type,
      payload,
      metadata: Object.freeze({ ...NO_METADATA, idempotencyKey }),
      timestamp: isoTime(ports.clock.now()),
      isResponse: false,
      success: null,
      error: null,
    });
  }
}
