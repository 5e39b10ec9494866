import type { JsonValue } from "../../../contracts/json/json.ts";
import { jsonPath } from "../../core/contract/json-path.ts";
import { lineAndColumn, type JsonFlaw } from "../../core/json/flaw.ts";
import { readJson } from "../../core/json/read-json.ts";
import { readYaml } from "../../core/metadata/yaml.ts";
import { clip } from "../../core/text/clip.ts";
import { err, ok, type Result } from "../../core/result.ts";

/** Why a document cannot be read, and where. */
export interface Unreadable {
  readonly line: number;
  /** Null where only the line is known. */
  readonly column: number | null;
  /** What it is no document of; null where it is one, whose values are at fault. */
  readonly isNo: "JSON" | "YAML" | null;
  readonly message: string;
  readonly hint: string;
}

/** Larger than any envelope; a plan of thousands of steps, or an exported run, is larger still and is JSON. */
const MAX_YAML = 4 * 1_048_576;
/** As many as a text of that length may have: nobody else waits for this machine. */
const MAX_TOKENS = MAX_YAML;
/** A flow mapping of YAML begins like JSON: only a text with JSON's quotes is meant to be JSON. */
const LIKE_JSON = /^\s*[{[]\s*["{[\]}]/;

/**
 * JSON or YAML, whichever it is, as strictly as a server reads it: a value that would change its meaning is refused with
 * its place. JSON first: it is most of YAML, but read far faster, and without YAML's limits.
 *
 * @param isJson whether the text can only be meant to be JSON
 * @param maxDepth levels of nesting, for what holds more than a request may
 */
export function strictDocument(
  text: string,
  { isJson = false, maxDepth }: { readonly isJson?: boolean; readonly maxDepth?: number } = {},
): Result<JsonValue, Unreadable> {
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const json = readJson(source, maxDepth);
  if (json.ok) return json;
  if (json.error.kind !== "syntax") return err(unreadable(json.error));
  const yaml = readYaml(source, { maxLength: MAX_YAML, maxTokens: MAX_TOKENS, exact: true });
  if (yaml.ok) return yaml;
  if (isJson || LIKE_JSON.test(source)) return err(unreadable(json.error));
  const { line, message } = yaml.error;
  return err({ line, column: null, isNo: "YAML", message, hint: CORRECT });
}

/** JSON, whatever is wrong with it. */
export function strictJson(text: string): Result<JsonValue, Unreadable> {
  const json = readJson(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  return json.ok ? ok(json.value) : err(unreadable(json.error));
}

/** What is wrong with a text, with its path where it is JSON at all. */
export const sayFlaw = ({ kind, steps, message }: JsonFlaw): string =>
  kind === "syntax" ? message : `${clip(jsonPath(steps), 200)} ${message}`;

const CORRECT = "correct the document there";

/** `12:3`, or the line alone. */
export const placeOf = ({ line, column }: Unreadable): string => (column === null ? `${line}` : `${line}:${column}`);

/** The same in words. */
export const placeInWords = ({ line, column }: Unreadable): string =>
  column === null ? `line ${line}` : lineAndColumn({ line, column });

function unreadable(flaw: JsonFlaw): Unreadable {
  const { line, column } = flaw.at ?? { line: 1, column: 1 };
  const isSyntax = flaw.kind === "syntax";
  return { line, column, isNo: isSyntax ? "JSON" : null, message: sayFlaw(flaw), hint: isSyntax ? CORRECT : flaw.hint };
}
