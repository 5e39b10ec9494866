import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import type { Budget } from "./budget.ts";

export { isObject } from "../../../contracts/json/narrow.ts";

/** Keywords that judge a value; every other keyword only describes, as it does for the validator. */
const JUDGING: ReadonlySet<string> = new Set([
  ...["$ref", "$dynamicRef", "$recursiveRef", "type", "enum", "const", "not", "allOf", "anyOf", "oneOf", "if"],
  ...["properties", "required", "additionalProperties", "patternProperties", "propertyNames", "unevaluatedProperties"],
  ...["minProperties", "maxProperties", "dependentRequired", "dependentSchemas", "dependencies"],
  ...["items", "prefixItems", "additionalItems", "unevaluatedItems", "contains", "minItems", "maxItems", "uniqueItems"],
  ...["minLength", "maxLength", "pattern", "format"],
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
]);

/** A list of schemas, or none when the keyword is absent or malformed. */
export const schemaList = (value: JsonValue | undefined): readonly JsonValue[] => (isList(value) ? value : []);

/** How many items or members there are. */
export const breadth = (value: JsonValue | undefined): number =>
  isObject(value) ? Object.keys(value).length : schemaList(value).length;

/** The keywords of a schema that judge a value. */
export const assertions = (schema: JsonSchema): readonly string[] =>
  Object.keys(schema).filter((keyword) => JUDGING.has(keyword));

/** Whether the schema takes every value. */
export const takesAll = (schema: JsonValue): boolean =>
  schema === true || (isObject(schema) && assertions(schema).length === 0);

/** The schema's own keywords without the named ones. */
export function without(schema: JsonSchema, ...keywords: readonly string[]): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.includes(keyword)));
}

/** The JSON types a schema names, `number` including integers; null when it names none. */
export function namedTypes(schema: JsonSchema): readonly string[] | null {
  const { type } = schema;
  if (typeof type === "string") return [type];
  return isList(type) ? type.filter((name): name is string => typeof name === "string") : null;
}

/** The property's own value in a map, never one inherited from Object. */
export const own = (map: JsonValue | undefined, key: string): JsonValue | undefined =>
  isObject(map) && Object.hasOwn(map, key) ? map[key] : undefined;

export const numberOf = (value: JsonValue | undefined): number | null => (typeof value === "number" ? value : null);

/** Structural equality of two values that are JSON, whatever type they have. */
export function sameJson(a: unknown, b: unknown, work?: Budget): boolean {
  const open: [unknown, unknown][] = [[a, b]];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [left, right] = pair;
    work?.spend(1);
    if (left === right) continue;
    if (isList(left) && isList(right)) {
      if (left.length !== right.length) return false;
      left.forEach((item, i) => open.push([item, right[i]]));
    } else if (isObject(left) && isObject(right)) {
      const keys = Object.keys(left);
      if (keys.length !== Object.keys(right).length) return false;
      for (const key of keys) {
        if (!Object.hasOwn(right, key)) return false;
        open.push([left[key], right[key]]);
      }
    } else return false;
  }
  return true;
}

/** A property's place: `$.price`, or `$["unit price"]` where the name needs quotes. */
export const propertyPlace = (place: string, key: string): string =>
  /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? `${place}.${key}` : `${place}[${JSON.stringify(key)}]`;
