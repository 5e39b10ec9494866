import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { mapSchema } from "./map-schema.ts";

/** Identity keywords: with them a local reference would point somewhere else once the schema is embedded in another. */
const IDENTITY = new Set(["$id", "id", "$schema"]);

/**
 * Rewrites what real contracts say into JSON Schema 2020-12: `nullable`, `required_fields` and `optional_fields`.
 * Identity keywords are dropped. Meaning is unchanged; a schema without these comes back equal.
 */
export const normaliseSchema = (schema: JsonSchema): JsonSchema => mapSchema(schema, normaliseOne);

function normaliseOne(schema: JsonObject): JsonObject {
  const { nullable, required_fields: requiredFields, optional_fields: optionalFields, ...rest } = schema;
  const kept: Record<string, JsonValue> = {};
  for (const [keyword, value] of Object.entries(rest)) {
    if (!(IDENTITY.has(keyword) && typeof value === "string")) kept[keyword] = value;
  }
  if (!("required" in kept)) {
    const required = names(requiredFields) ?? allBut(kept["properties"], names(optionalFields));
    if (required !== null) kept["required"] = required;
  }
  return nullable === true ? orNull(kept) : kept;
}

/** `[a, b]` or `{a: …, b: …}`. */
function names(value: JsonValue | undefined): readonly string[] | null {
  if (isList(value)) return value.filter((name): name is string => typeof name === "string");
  return isObject(value) ? Object.keys(value) : null;
}

function allBut(properties: JsonValue | undefined, optional: readonly string[] | null): readonly string[] | null {
  if (optional === null || !isObject(properties)) return null;
  const left = new Set(optional);
  return Object.keys(properties).filter((name) => !left.has(name));
}

function orNull(schema: JsonObject): JsonObject {
  const { type, enum: values } = schema;
  const composed = ["$ref", "allOf", "anyOf", "oneOf", "not", "if", "const"].some((keyword) => keyword in schema);
  if (composed || type === undefined) {
    return type === undefined && !composed && values === undefined ? schema : { anyOf: [schema, { type: "null" }] };
  }
  const types = isList(type) ? type : [type];
  return {
    ...schema,
    type: types.includes("null") ? types : [...types, "null"],
    ...(isList(values) && !values.includes(null) ? { enum: [...values, null] } : {}),
  };
}
