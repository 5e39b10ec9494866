import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { mapSchema } from "../contract/map-schema.ts";

/** The order keywords are written in: what it is, what it means, what it allows. Others follow in the order they had. */
const ORDER = [
  "$schema",
  "$id",
  "$ref",
  "$anchor",
  "title",
  "description",
  "deprecated",
  "readOnly",
  "writeOnly",
  "type",
  "format",
  "const",
  "enum",
  "default",
  "pattern",
  "minLength",
  "maxLength",
  "minimum",
  "exclusiveMinimum",
  "maximum",
  "exclusiveMaximum",
  "multipleOf",
  "items",
  "prefixItems",
  "minItems",
  "maxItems",
  "uniqueItems",
  "required",
  "properties",
  "patternProperties",
  "propertyNames",
  "additionalProperties",
  "minProperties",
  "maxProperties",
  "allOf",
  "anyOf",
  "oneOf",
  "not",
  "if",
  "then",
  "else",
];
/** What a reader looks up rather than reads comes last. */
const LAST = ["examples", "definitions", "$defs"];

/**
 * Normalises the texts and the order of a schema: titles and descriptions in one form, keywords in one order, `required`
 * in the order of the properties. What the schema accepts does not change, and neither does the order of properties,
 * which is their author's. Formatting twice is formatting once. `name` (`state-contract`) makes the title of a schema
 * without one.
 */
export function formatSchema(schema: JsonSchema, name?: string): JsonSchema {
  const titled =
    name === undefined || "title" in schema || "$ref" in schema ? schema : { title: titleFromName(name), ...schema };
  return mapSchema(titled, (one) => ordered(normalised(one)));
}

function normalised(schema: JsonObject): JsonObject {
  const { title, description, required, properties } = schema;
  const known = isObject(properties) ? Object.keys(properties) : [];
  return {
    ...schema,
    ...(typeof title === "string" ? { title: formatTitle(title) } : {}),
    ...(typeof description === "string" ? { description: formatDescription(description) } : {}),
    ...(isNames(required) ? { required: inOrderOf(known, required) } : {}),
  };
}

const isNames = (value: JsonValue | undefined): value is readonly string[] =>
  isList(value) && value.every((name) => typeof name === "string");

const inOrderOf = (known: readonly string[], names: readonly string[]): readonly string[] => [
  ...known.filter((name) => names.includes(name)),
  ...names.filter((name) => !known.includes(name)),
];

function ordered(schema: JsonObject): JsonObject {
  const rank = (keyword: string): number => {
    const last = LAST.indexOf(keyword);
    if (last !== -1) return ORDER.length + 1 + last;
    const place = ORDER.indexOf(keyword);
    return place === -1 ? ORDER.length : place;
  };
  return Object.fromEntries(Object.entries(schema).sort(([a], [b]) => rank(a) - rank(b)));
}

/** One line, capital first, no full stop. */
export const formatTitle = (text: string): string =>
  capitalised(
    text
      .replace(/\s+/g, " ")
      .trim()
      .replace(/(?<=\w)\.$/, ""),
  );

/** Paragraphs of one line each, a blank line between them; capital first, a full stop at the end of each that has none. */
export function formatDescription(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .split(/\n[ \t]*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, " ").trim())
    .filter((paragraph) => paragraph !== "")
    .map((paragraph) => capitalised(paragraph).replace(/(?<=[\p{L}\p{N}`)"'\]])$/u, "."))
    .join("\n\n");
}

/** A first word in lower case gets its capital, unless it is a name: `goal.run`, snake_case, camelCase. */
function capitalised(text: string): string {
  const [first = ""] = /^[^\s,;:.!?]+/.exec(text) ?? [];
  const isWord = /^\p{Ll}+(?:['’-]\p{Ll}+)*$/u.test(first) && !/^\p{Ll}+\.\p{L}/u.test(text);
  return isWord ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** `state-contract` → `State contract`. */
export function titleFromName(name: string): string {
  const text = name.replace(/[-_.]+/g, " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
