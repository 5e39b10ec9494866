import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";

/** `#/$defs/Policy` → `Policy`; null for a reference to something else. */
export const refName = (ref: string): string | null => /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(ref)?.[1] ?? null;

/** A schema's type for a reader: `string`, `list of integer`, `map of string`, `string or null`, a link to a section. */
export function typeName(schema: JsonValue | undefined, depth = 4): string {
  if (schema === false) return "nothing";
  if (!isObject(schema) || depth === 0) return "any";
  const { $ref: ref, type, anyOf, oneOf } = schema;
  if (typeof ref === "string") {
    const name = refName(ref);
    return name === null ? `\`${ref}\`` : `[${name}](#${name.toLowerCase()})`;
  }
  const alternatives = isList(anyOf) ? anyOf : isList(oneOf) ? oneOf : null;
  if (alternatives !== null) return joined(alternatives.map((one) => typeName(one, depth - 1)));
  if (isList(type)) return joined(type.map((one) => typeName({ ...schema, type: one }, depth)));
  if (type === "array") return "items" in schema ? `list of ${typeName(schema["items"], depth - 1)}` : "list";
  if (type === "object") return objectName(schema, depth);
  if (typeof type === "string") return typeof schema["format"] === "string" ? `${type} (${schema["format"]})` : type;
  if ("const" in schema) return `\`${JSON.stringify(schema["const"])}\``;
  if (isList(schema["enum"])) return joined(schema["enum"].map((one) => (one === null ? "null" : typeof one)));
  return isObject(schema["properties"]) ? "object" : "any";
}

const joined = (names: readonly string[]): string => [...new Set(names)].join(" or ");

function objectName(schema: JsonObject, depth: number): string {
  const values = schema["additionalProperties"];
  const isMap = isObject(values) && Object.keys(values).length > 0 && !isObject(schema["properties"]);
  return isMap ? `map of ${typeName(values, depth - 1)}` : "object";
}
