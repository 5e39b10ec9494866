import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";

const MAX_DEPTH = 8;

const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2000-01-01T00:00:00Z",
  date: "2000-01-01",
  time: "00:00:00Z",
  email: "someone@example.org",
  uri: "https://example.org/",
  uuid: "00000000-0000-4000-8000-000000000000",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
};

/**
 * A small value that a schema of the ordinary kind accepts: for placeholder code and its example. Schemas with patterns,
 * conditions or references may get a value they refuse, so the caller validates.
 */
export function sampleOf(schema: JsonSchema, depth = 0): JsonValue {
  const given = schema["const"] ?? schema["default"] ?? first(schema["enum"]) ?? first(schema["examples"]);
  if (given !== undefined) return given;
  const alternative = first(schema["oneOf"]) ?? first(schema["anyOf"]) ?? first(schema["allOf"]);
  if (isObject(alternative) && depth < MAX_DEPTH)
    return sampleOf({ ...schema, ...alternative, oneOf: [], anyOf: [], allOf: [] }, depth + 1);
  const type = first(schema["type"]) ?? schema["type"] ?? (isObject(schema["properties"]) ? "object" : "null");
  switch (type) {
    case "string":
      return sampleText(schema);
    case "integer":
    case "number":
      return sampleNumber(schema, type === "integer");
    case "boolean":
      return false;
    case "array":
      return sampleList(schema, depth);
    case "object":
      return sampleMap(schema, depth);
    default:
      return null;
  }
}

function sampleText(schema: JsonSchema): string {
  const format = schema["format"];
  const text = typeof format === "string" ? (FORMATS[format] ?? "") : "";
  return text.padEnd(numberOr(schema["minLength"], 0), "x");
}

function sampleNumber(schema: JsonSchema, whole: boolean): number {
  const step = numberOr(schema["multipleOf"], whole ? 1 : 0);
  const least = Math.max(
    numberOr(schema["minimum"], -Infinity),
    typeof schema["exclusiveMinimum"] === "number" ? schema["exclusiveMinimum"] + (step || 1) : -Infinity,
  );
  const most = numberOr(schema["maximum"], Infinity);
  const near = Math.min(Math.max(0, least), most);
  return step > 0 ? Math.ceil(near / step) * step + 0 : near;
}

function sampleList(schema: JsonSchema, depth: number): JsonValue {
  const items = schema["items"];
  const length = Math.min(numberOr(schema["minItems"], 0), 100);
  if (depth >= MAX_DEPTH) return [];
  return Array.from({ length }, () => sampleOf(isObject(items) ? items : {}, depth + 1));
}

function sampleMap(schema: JsonSchema, depth: number): JsonValue {
  const properties = schema["properties"];
  const required = schema["required"];
  if (!isList(required) || depth >= MAX_DEPTH) return {};
  return Object.fromEntries(
    required
      .filter((key) => typeof key === "string")
      .map((key) => {
        const property = isObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
        return [key, isObject(property) ? sampleOf(property, depth + 1) : null];
      }),
  );
}

const first = (value: JsonValue | undefined): JsonValue | undefined => (isList(value) ? value[0] : undefined);

const numberOr = (value: JsonValue | undefined, fallback: number): number =>
  typeof value === "number" ? value : fallback;
