import type { JsonObject, JsonValue } from "../../../contracts/json.ts";
import type { BlockStyle } from "./dialect.ts";
import { closeDelimiters, LINE_PREFIX, openDelimiter } from "./dialect.ts";

/** Bare words that YAML of some version reads as something else than text. */
const NOT_TEXT = /^(?:null|true|false|yes|no|on|off|y|n|none|nan|inf)$/i;
const PLAIN_WORDS = /^[A-Za-z_][A-Za-z0-9_./@+()-]*(?: [A-Za-z0-9_./@+()=<>,;-]+)*$/;
const PLAIN_URI = /^[a-z][a-z0-9_+.-]*:\/\/[A-Za-z0-9_./@+=<>~%-]+$/;
const PLAIN_VERSION = /^\d+\.\d+\.\d+$/;
const PLAIN_HEX = /^[0-9a-f]{64}$/;
const PLAIN_UUID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
const PLAIN_KEY = /^[A-Za-z_$][A-Za-z0-9_.$-]*$/;
/** Control characters and the line breaks that are not newlines: only a double-quoted value may hold them. */
const NEEDS_ESCAPE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff]/;

/**
 * Writes a metadata block of our dialect: keys sorted, one field a line or an indented collection below it, delimiters
 * in the comment syntax of the style. No line break at the end. Reading it gives the same fields back.
 */
export function emitBlock(fields: JsonObject, style: BlockStyle): string {
  const comment = style === "yaml" ? "hash" : style;
  const prefix = style === "yaml" ? "" : LINE_PREFIX[comment];
  const lines = [openDelimiter("ONEX", comment)];
  for (const line of mapLines(fields, "", style === "markup")) lines.push(prefix + line);
  lines.push(closeDelimiters("ONEX", comment)[0] as string);
  return lines.join("\n");
}

function mapLines(map: JsonObject, indent: string, inMarkup: boolean): string[] {
  return Object.keys(map)
    .sort()
    .flatMap((key) => {
      const name = keyText(key, inMarkup);
      const value = map[key] as JsonValue;
      const flat = flatText(value, inMarkup);
      if (flat !== null) return [`${indent}${name}: ${flat}`];
      return [`${indent}${name}:`, ...nestedLines(value, `${indent}  `, inMarkup)];
    });
}

function nestedLines(value: JsonValue, indent: string, inMarkup: boolean): string[] {
  if (!isList(value)) return mapLines(value as JsonObject, indent, inMarkup);
  return value.flatMap((item) => {
    const flat = flatText(item, inMarkup);
    if (flat !== null) return [`${indent}- ${flat}`];
    const [first = "", ...rest] = nestedLines(item, `${indent}  `, inMarkup);
    return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest];
  });
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

/** The value on one line, or null when it takes several. */
function flatText(value: JsonValue, inMarkup: boolean): string | null {
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return stringText(value, inMarkup);
    case "number":
      return Object.is(value, -0) ? "-0" : JSON.stringify(value);
    case "boolean":
      return String(value);
    default:
      if (isList(value)) return value.length === 0 ? "[]" : null;
      return Object.keys(value).length === 0 ? "{}" : null;
  }
}

function keyText(key: string, inMarkup: boolean): string {
  return PLAIN_KEY.test(key) && !NOT_TEXT.test(key) && !breaksMarkup(key, inMarkup) ? key : quoted(key);
}

function stringText(text: string, inMarkup: boolean): string {
  if (NEEDS_ESCAPE.test(text) || breaksMarkup(text, inMarkup)) return quoted(text);
  const plain =
    PLAIN_WORDS.test(text) ? !NOT_TEXT.test(text) : [PLAIN_URI, PLAIN_VERSION, PLAIN_UUID, PLAIN_HEX].some((form) => form.test(text));
  return plain ? text : `'${text.replaceAll("'", "''")}'`;
}

/** Two hyphens may end or break an HTML comment, so they are written escaped inside one. */
const breaksMarkup = (text: string, inMarkup: boolean): boolean => inMarkup && text.includes("--");

/** A double-quoted value that is valid as JSON and as YAML, and never contains two hyphens in a row. */
function quoted(text: string): string {
  return JSON.stringify(text)
    .replaceAll("--", "-\\u002d")
    .replaceAll("--", "-\\u002d")
    .replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
