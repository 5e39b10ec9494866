import { keysOf } from "../../../contracts/json/narrow.ts";
import {
  dbPayload,
  httpGetPayload,
  httpPayload,
  localErrorPayload,
  localPayload,
  type HandlerOperation,
  type HandlerType,
} from "../../../contracts/documents/handler-operation.ts";
import type { AnySchema } from "../../../contracts/json/members.ts";
import type { NodeKind } from "../registry/node.ts";

/** Where a payload or a response is a value as a whole, under this key, instead of a value a member. */
export const WHOLE = "payload";

/** What is particular to an operation that a handler serves. */
export interface HandlerOperationTraits {
  readonly handler: HandlerType;
  /** `compute` may run before there is a run, and its result says the same each time. */
  readonly kind: NodeKind;
  readonly payload: AnySchema;
  /** Members of the payload; null where it is one value. */
  readonly takes: readonly string[] | null;
  /** Those of them that must be there. */
  readonly requires: readonly string[];
  /** Members of the response, all always there; null where it is one value. */
  readonly gives: readonly string[] | null;
}

const HTTP = {
  handler: "http",
  kind: "effect",
  payload: httpPayload,
  takes: ["url", "headers", "query", "body"],
  requires: ["url"],
  gives: ["status_code", "headers", "body", "body_encoding"],
} as const satisfies HandlerOperationTraits;
const DB = {
  handler: "db",
  kind: "effect",
  payload: dbPayload,
  takes: ["sql", "parameters", "database"],
  requires: ["sql"],
  gives: ["rows", "row_count", "last_row_id"],
} as const satisfies HandlerOperationTraits;
const LOCAL = {
  handler: "local",
  kind: "compute",
  payload: localPayload,
  takes: null,
  requires: [],
  gives: null,
} as const satisfies HandlerOperationTraits;

/** Every operation that a handler serves. A new one is a row here, and a case in its handler. */
export const HANDLER_OPERATIONS = {
  "http.get": { ...HTTP, payload: httpGetPayload, takes: ["url", "headers", "query"] },
  "http.post": HTTP,
  "http.put": HTTP,
  "http.patch": HTTP,
  "http.delete": HTTP,
  "db.query": DB,
  "db.execute": DB,
  "local.echo": LOCAL,
  "local.transform": LOCAL,
  "local.error": { ...LOCAL, payload: localErrorPayload },
} as const satisfies Readonly<Record<HandlerOperation, HandlerOperationTraits>>;

export type HandlerOperationName = HandlerOperation;

/** Their names, in the table's order. */
export const HANDLER_OPERATION_NAMES = keysOf(HANDLER_OPERATIONS);

/** Whether a handler serves operations of this name, here or elsewhere. */
export const isHandlerOperation = (name: string): name is HandlerOperationName =>
  Object.hasOwn(HANDLER_OPERATIONS, name);

/** What is particular to an operation; null for one that no handler serves. */
export const handlerOperation = (name: string): HandlerOperationTraits | null =>
  isHandlerOperation(name) ? HANDLER_OPERATIONS[name] : null;

/** The operations of one handler. */
export const operationsOf = (handler: HandlerType): readonly HandlerOperationName[] =>
  HANDLER_OPERATION_NAMES.filter((name) => HANDLER_OPERATIONS[name].handler === handler);
