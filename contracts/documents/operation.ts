import { keysOf } from "../json/narrow.ts";
import { executeWire } from "./execute.ts";
import { goalWire } from "./goal.ts";
import { graphWire } from "./graph.ts";

type Members = Readonly<Record<string, unknown>>;

const has =
  (member: string) =>
  (payload: Members): boolean =>
    Object.hasOwn(payload, member);

/** The operations that are answered by a run: what their payload is, and where it holds the values of the run. */
export const RUN_OPERATIONS = {
  // A graph may say what it wants, too.
  "goal.run": {
    payload: goalWire,
    values: "given",
    isAskedBy: (payload: Members) => has("want")(payload) && !has("steps")(payload),
  },
  "graph.run": { payload: graphWire, values: "given", isAskedBy: has("steps") },
  "node.execute": {
    payload: executeWire,
    values: "input",
    isAskedBy: ({ node }: Members) => typeof node === "string",
  },
} as const;

/** Asks for a run. */
export type RunOperation = keyof typeof RUN_OPERATIONS;

/** Their names, in the table's order. */
export const RUN_OPERATION_NAMES = keysOf(RUN_OPERATIONS);

export const isRunOperation = (operation: string): operation is RunOperation =>
  Object.hasOwn(RUN_OPERATIONS, operation);

/** Where an operation's payload holds its values. */
export const valuesField = (operation: string): "input" | "given" =>
  isRunOperation(operation) ? RUN_OPERATIONS[operation].values : "given";

/** What a payload without an operation asks for, by its members; null when they tell nothing. */
export const operationOfPayload = (payload: Members): RunOperation | null =>
  RUN_OPERATION_NAMES.find((operation) => RUN_OPERATIONS[operation].isAskedBy(payload)) ?? null;
