import { fault, type Fault } from "../../core/errors.ts";
import { flawFault, type JsonFlaw } from "../../core/json/flaw.ts";
import { clip } from "../../core/text/clip.ts";
import { MAX_FUNCTION_CPU_MS } from "../../core/sandbox/budget.ts";

/** The name user code has in error positions. */
export const CODE_FILE = "node.js";

const MAX_MESSAGE_CHARS = 500;
const MAX_NAME_CHARS = 100;
const MIB = 1024 * 1024;

export const overBudget = (cpuMs: number): Fault =>
  fault("SANDBOX_BUDGET", `the function was stopped after its budget of ${cpuMs} ms of CPU`, {
    place: CODE_FILE,
    hint:
      cpuMs < MAX_FUNCTION_CPU_MS
        ? "look for an endless loop; a function with honest long work declares a longer execution.timeout_ms"
        : `look for an endless loop; no function has more than ${MAX_FUNCTION_CPU_MS} ms: split the work into several nodes`,
  });

export const overMemory = (memoryBytes: number): Fault =>
  fault("SANDBOX_MEMORY", `the function needs more memory than the ${Math.floor(memoryBytes / MIB)} MiB it may use`, {
    place: CODE_FILE,
    hint: "work on the input piece by piece instead of collecting copies of it",
  });

export const tooDeep = (): Fault =>
  fault("SANDBOX_ERROR", "the function's recursion, or the nesting of its data, is too deep", {
    place: CODE_FILE,
    hint: "use a loop with a list of open work instead of recursion",
  });

export const noText = (): Fault =>
  fault("SANDBOX_ERROR", "the code holds characters that are no text", { place: CODE_FILE });

export const noFunction = (): Fault =>
  fault("SANDBOX_ERROR", "the code has no function as its default export", {
    place: CODE_FILE,
    hint: "write `export default function (input) { … }`",
  });

export const neverSettles = (what: string): Fault =>
  fault("SANDBOX_ERROR", `${what} never settles`, {
    place: CODE_FILE,
    hint: "there are no timers and no network in the sandbox: nothing can settle it later",
  });

export const interpreterBroke = (): Fault =>
  fault("SANDBOX_ERROR", "the function broke the interpreter it ran in", {
    place: CODE_FILE,
    hint: "leave out what is unusual in the code, piece by piece, to find what breaks it",
  });

/** The host's own shortage: says nothing about the function. */
export const noMemory = (): Fault =>
  fault("SERVICE_UNAVAILABLE", "there is no memory for the function at the moment", { place: CODE_FILE });

/** Whoever asked for the call would not let it begin. */
export const notNow = (): Fault => fault("SERVICE_UNAVAILABLE", "the function was not begun", { place: CODE_FILE });

const RESULT_HINT = "return what JSON can carry: texts, finite numbers, lists and objects of them";

export const tooLarge = (maxBytes: number): Fault =>
  fault("OUTPUT_STATE_INVALID", `the result is larger than ${maxBytes} bytes of JSON`, {
    place: CODE_FILE,
    hint: "return less, or a summary of it",
    retryable: false,
  });

/** A result that readers would take for something else; see `readJson`. */
export function flawed({ kind, steps, message, hint }: JsonFlaw): Fault {
  const found = flawFault("OUTPUT_STATE_INVALID", "the result", { kind, steps, message, hint });
  return { ...found, retryable: false };
}

/** What the prelude says of a value that was thrown. Every text in it may be the code's own. */
interface Described {
  readonly name: string | null;
  readonly message: string | null;
  readonly stack: string | null;
  /** The value itself, where it has no message. */
  readonly shown: string | null;
}

/** A fault with the message and, where the interpreter knows it, the line inside the user's code. */
export function thrown(description: string, memoryBytes: number): Fault {
  const { name, message, stack, shown } = read(description);
  if (name === "InternalError" && message === "stack overflow") return tooDeep();
  // What is too large for the interpreter whatever there is; where memory runs out nothing is thrown that could be caught.
  if (name === "InternalError" && (message === "out of memory" || message === "string too long"))
    return overMemory(memoryBytes);
  const text =
    message === null ? `threw ${shown ?? "something"}` : `${clip(name ?? "Error", MAX_NAME_CHARS)}: ${message}`;
  return fault("SANDBOX_ERROR", clip(text, MAX_MESSAGE_CHARS), { place: placeOf(stack) });
}

/** What is wrong with a result, by what was thrown when it was turned into JSON. */
export function invalidResult(description: string): Fault {
  const { name, message, shown } = read(description);
  if (name === "InternalError" && message === "stack overflow") return resultTooDeep();
  return invalid(message ?? `turning the result into JSON threw ${shown ?? "something"}`);
}

export const resultTooDeep = (): Fault => invalid("the result is nested too deep");

const invalid = (message: string): Fault =>
  fault("OUTPUT_STATE_INVALID", clip(message, MAX_MESSAGE_CHARS), {
    place: CODE_FILE,
    hint: RESULT_HINT,
    retryable: false,
  });

/** The innermost line inside the user's code: `node.js:3`. */
function placeOf(stack: string | null): string {
  return stack === null ? CODE_FILE : (/\bnode\.js:\d{1,7}\b/.exec(stack)?.[0] ?? CODE_FILE);
}

function read(description: string): Described {
  const { name = null, message = null, stack = null, shown = null } = JSON.parse(description) as Partial<Described>;
  return { name, message, stack, shown };
}
