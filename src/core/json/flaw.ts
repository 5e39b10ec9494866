import { jsonPath, type PathStep } from "../contract/json-path.ts";
import { fault, type ErrorCode, type Fault } from "../errors.ts";
import { clip } from "../text/clip.ts";

/** Why something is no JSON that every reader understands the same way. */
export type FlawKind =
  /** No JSON at all. */
  | "syntax"
  /** Nested deeper than the limit. */
  | "depth"
  /** Half of a surrogate pair: a text that UTF-8 cannot carry. */
  | "surrogate"
  /** A number that is no finite double. */
  | "number"
  /** An integer that a double may not keep. */
  | "integer"
  /** A member that is there twice. */
  | "repeated"
  /** A value that JSON does not have. */
  | "kind"
  /** More values than may be looked at. */
  | "size";

/** A place in a text. Lines and columns from 1, columns in UTF-16 units. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** The first thing that is wrong with a JSON text or value. */
export interface JsonFlaw {
  readonly kind: FlawKind;
  /** From the root to the value that is wrong, or to the object whose member is. */
  readonly steps: readonly PathStep[];
  /** What is wrong there, to be read after the place. */
  readonly message: string;
  readonly hint: string;
  /** Where it stands in the text; absent when there was none. */
  readonly at?: TextPlace;
}

/** The steps as a JSON Pointer (RFC 6901): `/payload/given/document.text`. */
export const jsonPointer = (steps: readonly PathStep[]): string =>
  steps.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** `line 3, column 14`. */
export const lineAndColumn = ({ line, column }: TextPlace): string => `line ${line}, column ${column}`;

/** Line and column of an index of a text. */
export function placeIn(text: string, index: number): TextPlace {
  const before = text.slice(0, index);
  return { line: before.split("\n").length, column: index - before.lastIndexOf("\n") };
}

/**
 * A flaw as a fault. Its place is the line and column where a text is no JSON, and the path of the value otherwise; the
 * details hold both, the path as a JSON Pointer.
 *
 * @param subject what was read: `the body`
 * @param root what paths start from
 */
export function flawFault(code: ErrorCode, subject: string, flaw: JsonFlaw, root = "$"): Fault {
  const { kind, steps, message, hint, at } = flaw;
  const path = clip(jsonPath(steps, root), LONGEST_PLACE);
  const stands = at === undefined ? null : lineAndColumn(at);
  if (kind === "syntax") {
    const where = stands === null ? "" : ` at ${stands}`;
    return fault(code, `${subject} is not JSON: ${message}${where}`, { place: stands ?? root, hint });
  }
  return fault(code, `${subject}: ${path} ${message}${stands === null ? "" : ` (${stands})`}`, {
    place: path,
    hint,
    details: { pointer: clip(jsonPointer(steps), LONGEST_PLACE), ...(at === undefined ? {} : { ...at }) },
  });
}

const LONGEST_PLACE = 400;

/** What is wrong and what to do about it, by kind. `shown` is the spelling at fault. */
export const FLAWS = {
  depth: (limit: number) => ({
    kind: "depth",
    message: `is nested deeper than ${limit} levels`,
    hint: "flatten it, or carry the inner part as a text of its own",
  }),
  surrogate: () => ({
    kind: "surrogate",
    message: "holds half of a surrogate pair, which is no character",
    hint: "cut texts between characters; bytes that are no text can travel as base64",
  }),
  number: (shown: string) => ({
    kind: "number",
    message: `is ${clip(shown, 40)}, which no double can hold`,
    hint: "carry it as a string",
  }),
  integer: (shown: string) => ({
    kind: "integer",
    message: `is ${clip(shown, 40)}, an integer beyond 2^53 - 1, whose digits a double may lose`,
    hint: "carry it as a string",
  }),
  repeated: (name: string) => ({
    kind: "repeated",
    message: `is there twice: two members are called ${clip(JSON.stringify(name), 100)}`,
    hint: "keep one of them",
  }),
  kind: (what: string) => ({ kind: "kind", message: `is ${what}, which JSON does not have`, hint: "carry JSON only" }),
  size: (limit: number) => ({
    kind: "size",
    message: `holds more than ${limit} values`,
    hint: "split it, or carry it as a text",
  }),
} as const satisfies Record<Exclude<FlawKind, "syntax">, (...args: never[]) => Omit<JsonFlaw, "steps" | "at">>;
