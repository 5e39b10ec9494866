import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { LIST_KEYWORDS, MAP_KEYWORDS, MAX_SCHEMA_DEPTH, SCHEMA_KEYWORDS } from "./schema-keywords.ts";

export { isObject } from "../../../contracts/json/narrow.ts";

/**
 * Rebuilds a schema with `change` applied to every schema in it, innermost first. Values that only look like schemas
 * (defaults, enums, examples) are not touched. Below the depth limit the schema is kept as it is.
 */
export function mapSchema(
  schema: JsonObject,
  change: (schema: JsonObject) => JsonObject,
  depth = MAX_SCHEMA_DEPTH,
): JsonObject {
  if (depth === 0) return schema;
  const inner = (value: JsonValue): JsonValue => (isObject(value) ? mapSchema(value, change, depth - 1) : value);
  const entries = Object.entries(schema).map(([keyword, value]): [string, JsonValue] => {
    if (SCHEMA_KEYWORDS.has(keyword)) return [keyword, inner(value)];
    if (LIST_KEYWORDS.has(keyword) && isList(value)) return [keyword, value.map(inner)];
    if (MAP_KEYWORDS.has(keyword) && isObject(value)) {
      return [keyword, Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner(one)]))];
    }
    return [keyword, value];
  });
  return change(Object.fromEntries(entries));
}
