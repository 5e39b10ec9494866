import type { HandlerType } from "../../../contracts/documents/handler-operation.ts";
import { RUN_OPERATIONS, type RunOperation } from "../../../contracts/documents/operation.ts";
import { fault, type Fault } from "../../core/errors.ts";
import {
  HANDLER_OPERATION_NAMES,
  HANDLER_OPERATIONS,
  isHandlerOperation,
} from "../../core/operation/handler-operations.ts";
import type { Served } from "../../core/registry/served.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { planHandlerPayload } from "./plan-handler.ts";
import { planGoalPayload, planGraphPayload, planNodePayload, type PayloadPlanner } from "./plan-payload.ts";

/** Answered by a run of the plan that its payload makes. */
export interface PlanOperation {
  readonly kind: "plan";
  /** Where the payload holds the values of the run; `payload` where all of it is values. */
  readonly values: "given" | "input" | "payload";
  readonly plan: PayloadPlanner;
}

/** Answered by the handler of its family. */
export interface HandlerOperation {
  readonly kind: "handler";
  readonly handler: HandlerType;
}

/** Told to a part of the engine. */
export interface CommandOperation {
  readonly kind: "command";
  /** What to do instead while no part takes it. */
  readonly instead: string;
}

export type Operation = PlanOperation | HandlerOperation | CommandOperation;

const planned = (operation: RunOperation, plan: PayloadPlanner): PlanOperation => ({
  kind: "plan",
  values: RUN_OPERATIONS[operation].values,
  plan,
});
/** Each operation that a handler serves, with the handler its row names. */
const HANDLED = Object.fromEntries(
  HANDLER_OPERATION_NAMES.map((name): [string, HandlerOperation] => [
    name,
    { kind: "handler", handler: HANDLER_OPERATIONS[name].handler },
  ]),
);

/** What each operation of an envelope leads to. One that is not here is INVALID_OPERATION. */
export const OPERATIONS: Readonly<Record<RunOperation, PlanOperation> & Record<string, Operation>> = {
  "goal.run": planned("goal.run", planGoalPayload),
  "graph.run": planned("graph.run", planGraphPayload),
  "node.execute": planned("node.execute", planNodePayload),
  "node.announce": { kind: "command", instead: "register the node with POST /v1/nodes" },
  "job.submit": { kind: "command", instead: "send a goal with goal.run" },
  ...HANDLED,
};

/** The operations that can be sent. */
const AVAILABLE = Object.keys(RUN_OPERATIONS);

/**
 * The operation that is answered by a run. Refusals: INVALID_OPERATION for one that there is not, or that no part of the
 * engine takes; HANDLER_NOT_FOUND for one whose handler is not here.
 */
export function planOperationOf(name: string, served: Served): Result<PlanOperation, Fault> {
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  switch (operation?.kind) {
    case "plan":
      return ok(operation);
    case "handler":
      if (isHandlerOperation(name) && served.targets.get(operation.handler)?.has(name))
        return ok({ kind: "plan", values: "payload", plan: planHandlerPayload(name) });
      return err(
        fault("HANDLER_NOT_FOUND", `no handler here takes '${name}'`, {
          place: "$.operation",
          hint: `one of ${AVAILABLE.join(", ")}`,
          details: { handler_type: operation.handler, available_handlers: served.names },
        }),
      );
    case "command":
      return err(unavailable(`nothing here takes '${name}' yet`, operation.instead));
    case undefined:
      return err(unavailable(`there is no operation '${name}'`, `one of ${AVAILABLE.join(", ")}`));
  }
}

const unavailable = (message: string, hint: string): Fault =>
  fault("INVALID_OPERATION", message, {
    place: "$.operation",
    hint,
    details: { available_operations: AVAILABLE },
  });
