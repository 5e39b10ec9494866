import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import type { Budget } from "./budget.ts";
import { assertions, breadth, namedTypes, sameJson, schemaList } from "./schema-parts.ts";

/** Keywords whose meaning depends on their neighbours: schemas that hold one are not merged. */
const ENTANGLED = [
  "additionalProperties",
  "unevaluatedProperties",
  "unevaluatedItems",
  "prefixItems",
  "additionalItems",
  "contains",
  "if",
  "$ref",
  "$dynamicRef",
  "$recursiveRef",
];

const GREATER = new Set(["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"]);
const LESSER = new Set(["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"]);

/**
 * One schema that takes at least what all of the schemas take together, and in the cases it attempts exactly that; null
 * when they cannot be put into one.
 */
export function mergeAll(schemas: readonly JsonSchema[], work: Budget): JsonSchema | null {
  const telling = schemas.filter((schema) => assertions(schema).length > 0);
  if (telling.length <= 1) return telling[0] ?? {};
  if (telling.some((schema) => ENTANGLED.some((keyword) => Object.hasOwn(schema, keyword)))) return null;
  const merged = new Map<string, JsonValue>();
  for (const schema of telling) {
    for (const keyword of assertions(schema)) {
      const value = schema[keyword];
      if (value === undefined) continue;
      const known = merged.get(keyword);
      const both = known === undefined ? value : join(keyword, known, value, work);
      if (both === null) return null;
      merged.set(keyword, both);
    }
  }
  return Object.fromEntries(merged);
}

function join(keyword: string, a: JsonValue, b: JsonValue, work: Budget): JsonValue | null {
  work.spend(8 + 8 * (breadth(a) + breadth(b)));
  if (sameJson(a, b, work)) return a;
  if (keyword === "type") return commonTypes({ type: a }, { type: b });
  if (keyword === "required") return [...new Set([...schemaList(a), ...schemaList(b)])];
  if (keyword === "properties" && isObject(a) && isObject(b)) return joinProperties(a, b, work);
  if (keyword === "allOf") return [...schemaList(a), ...schemaList(b)];
  if (typeof a === "number" && typeof b === "number") {
    if (GREATER.has(keyword)) return Math.max(a, b);
    if (LESSER.has(keyword)) return Math.min(a, b);
  }
  return null;
}

function commonTypes(a: JsonSchema, b: JsonSchema): JsonValue | null {
  const [left, right] = [namedTypes(a) ?? [], namedTypes(b) ?? []];
  const common = left.flatMap((type) => {
    if (right.includes(type)) return [type];
    if (type === "integer" && right.includes("number")) return ["integer"];
    return type === "number" && right.includes("integer") ? ["integer"] : [];
  });
  return common.length === 0 ? null : common;
}

function joinProperties(a: JsonSchema, b: JsonSchema, work: Budget): JsonSchema {
  const joined = new Map(Object.entries(a));
  for (const [key, schema] of Object.entries(b)) {
    const known = joined.get(key);
    joined.set(key, known === undefined || sameJson(known, schema, work) ? schema : { allOf: [known, schema] });
  }
  return Object.fromEntries(joined);
}
