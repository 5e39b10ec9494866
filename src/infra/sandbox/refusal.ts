import { fault, type Fault } from "../../core/errors.ts";

/** The name user code has in error positions. */
export const CODE_FILE = "node.js";

const MAX_MESSAGE_CHARS = 500;
const MIB = 1024 * 1024;

export const overBudget = (maxInterrupts: number): Fault =>
  fault("SANDBOX_BUDGET", `the function was stopped after its budget of ${maxInterrupts} interrupts`, {
    place: CODE_FILE,
    hint: "look for an endless loop; a function with honest long work declares a longer execution.timeout_ms",
  });

export const overMemory = (maxMemoryBytes: number): Fault =>
  fault(
    "SANDBOX_MEMORY",
    `the function needs more memory than the ${Math.floor(maxMemoryBytes / MIB)} MiB it may use`,
    {
      place: CODE_FILE,
      hint: "work on the input piece by piece instead of collecting copies of it",
    },
  );

export const tooDeep = (): Fault =>
  fault("SANDBOX_ERROR", "the function's recursion, or the nesting of its data, is too deep", {
    place: CODE_FILE,
    hint: "use a loop with a list of open work instead of recursion",
  });

export const tooNested = (levels: number): Fault =>
  fault("OUTPUT_STATE_INVALID", `the result is nested deeper than ${levels} levels`, {
    place: CODE_FILE,
    hint: "flatten it, or carry the inner part as a text of its own",
  });

/** The name of errors by which our own code inside the interpreter refuses a result. */
const OUTPUT_ERROR = "OutputError";

/**
 * A fault with the message and, where the interpreter knows it, the line inside the user's code.
 * `dumped` is what the interpreter says about a thrown value: `{name, message, stack}`, or the value itself.
 */
export function refusalOf(dumped: unknown, heapRefused: boolean, maxMemoryBytes: number): Fault {
  const error = isRecord(dumped) ? dumped : null;
  const name = typeof error?.["name"] === "string" ? error["name"] : null;
  const message = typeof error?.["message"] === "string" ? error["message"] : null;
  const outOfMemory = name === "InternalError" && (message === "out of memory" || message === "string too long");
  // Without memory to build an error in, the interpreter throws null.
  if (outOfMemory || (dumped === null && heapRefused)) {
    return overMemory(maxMemoryBytes);
  }
  if (name === "InternalError" && message === "stack overflow") return tooDeep();
  if (name === OUTPUT_ERROR) {
    const said = clip(message ?? "the result is no JSON");
    return fault("OUTPUT_STATE_INVALID", said, { place: CODE_FILE, hint: "carry it as a string, or leave it out" });
  }
  const text = message === null ? `threw ${describe(dumped)}` : `${name ?? "Error"}: ${message}`;
  return fault("SANDBOX_ERROR", clip(text), { place: placeOf(error?.["stack"]) });
}

/** The innermost line inside the user's code: `node.js:3`. */
function placeOf(stack: unknown): string {
  const frame = typeof stack === "string" ? /\bnode\.js:\d+/.exec(stack) : null;
  return frame?.[0] ?? CODE_FILE;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const describe = (value: unknown): string =>
  typeof value === "bigint" || typeof value === "symbol" ? String(value) : (JSON.stringify(value) ?? "nothing");

const clip = (text: string): string =>
  text.length > MAX_MESSAGE_CHARS ? `${text.slice(0, MAX_MESSAGE_CHARS)}…` : text;
