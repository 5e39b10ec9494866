import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import type { BlockStyle } from "./dialect.ts";
import { closeDelimiters, LINE_PREFIX, openDelimiter } from "./dialect.ts";
import { yamlKey, yamlString } from "./yaml-text.ts";

/**
 * Writes a metadata block of our dialect: keys sorted, one field a line or an indented collection below it, delimiters
 * in the comment syntax of the style. No line break at the end. Reading it gives the same fields back.
 */
export function emitBlock(fields: JsonObject, style: BlockStyle): string {
  const comment = style === "yaml" ? "hash" : style;
  const prefix = style === "yaml" ? "" : LINE_PREFIX[comment];
  const lines = [openDelimiter("ONEX", comment)];
  for (const line of mapLines(fields, "", style === "markup")) lines.push(prefix + line);
  lines.push(...closeDelimiters("ONEX", comment).slice(0, 1));
  return lines.join("\n");
}

function mapLines(map: JsonObject, indent: string, inMarkup: boolean): string[] {
  return Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, value]) => {
      const name = yamlKey(key, inMarkup);
      const flat = flatText(value, inMarkup);
      if (flat !== null) return [`${indent}${name}: ${flat}`];
      return [`${indent}${name}:`, ...nestedLines(value, `${indent}  `, inMarkup)];
    });
}

function nestedLines(value: JsonValue, indent: string, inMarkup: boolean): string[] {
  if (isObject(value)) return mapLines(value, indent, inMarkup);
  if (!isList(value)) return [];
  return value.flatMap((item) => {
    const flat = flatText(item, inMarkup);
    if (flat !== null) return [`${indent}- ${flat}`];
    const [first = "", ...rest] = nestedLines(item, `${indent}  `, inMarkup);
    return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest];
  });
}

/** The value on one line, or null when it takes several. */
function flatText(value: JsonValue, inMarkup: boolean): string | null {
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return yamlString(value, inMarkup);
    case "number":
      return Object.is(value, -0) ? "-0" : JSON.stringify(value);
    case "boolean":
      return String(value);
    default:
      if (isList(value)) return value.length === 0 ? "[]" : null;
      return Object.keys(value).length === 0 ? "{}" : null;
  }
}
