import type { JsonObject, JsonSchema, JsonValue } from "../../../contracts/json.ts";

/** Keywords that judge a value; every other keyword only describes, as it does for the validator. */
const JUDGING: ReadonlySet<string> = new Set([
  ...["$ref", "$dynamicRef", "$recursiveRef", "type", "enum", "const", "not", "allOf", "anyOf", "oneOf", "if"],
  ...["properties", "required", "additionalProperties", "patternProperties", "propertyNames", "unevaluatedProperties"],
  ...["minProperties", "maxProperties", "dependentRequired", "dependentSchemas", "dependencies"],
  ...["items", "prefixItems", "additionalItems", "unevaluatedItems", "contains", "minItems", "maxItems", "uniqueItems"],
  ...["minLength", "maxLength", "pattern", "format"],
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
]);

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A list of schemas, or none when the keyword is absent or malformed. */
export const schemaList = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);

/** The keywords of a schema that judge a value. */
export const assertions = (schema: JsonSchema): readonly string[] =>
  Object.keys(schema).filter((keyword) => JUDGING.has(keyword));

/** Whether the schema takes every value. */
export const takesAll = (schema: JsonValue): boolean => schema === true || (isObject(schema) && assertions(schema).length === 0);

/** The schema's own keywords without the named ones. */
export function without(schema: JsonSchema, ...keywords: readonly string[]): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.includes(keyword)));
}

/** The JSON types a schema names, `number` including integers; null when it names none. */
export function namedTypes(schema: JsonSchema): readonly string[] | null {
  const { type } = schema;
  if (typeof type === "string") return [type];
  return Array.isArray(type) ? type.filter((name): name is string => typeof name === "string") : null;
}

/** The property's own value in a map, never one inherited from Object. */
export const own = (map: JsonValue | undefined, key: string): JsonValue | undefined =>
  isObject(map) && Object.hasOwn(map, key) ? map[key] : undefined;

export const numberOf = (value: JsonValue | undefined): number | null => (typeof value === "number" ? value : null);

/** Structural equality of two JSON values. */
export function sameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  const open: [JsonValue | undefined, JsonValue | undefined][] = [[a, b]];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [left, right] = pair;
    if (left === right) continue;
    if (Array.isArray(left) && Array.isArray(right)) {
      if (left.length !== right.length) return false;
      left.forEach((item: JsonValue, i) => open.push([item, right[i] as JsonValue]));
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

/** Whether a keyword occurs anywhere inside. */
export function mentions(schema: JsonValue, keyword: string): boolean {
  const open: JsonValue[] = [schema];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) for (const item of next) open.push(item);
    else if (isObject(next)) {
      if (Object.hasOwn(next, keyword)) return true;
      for (const value of Object.values(next)) open.push(value);
    }
  }
  return false;
}

/** The schema a local reference (`#/$defs/price`) names, or null; a root with `$id` inside is not followed. */
export function resolveRef(root: JsonSchema, reference: JsonValue | undefined): JsonValue | null {
  if (mentions(Object.values(without(root, "$id")), "$id")) return null;
  if (reference === "#") return root;
  if (typeof reference !== "string" || !reference.startsWith("#/")) return null;
  let at: JsonValue | undefined = root;
  for (const step of reference.slice(2).split("/")) {
    const key = decode(step)?.replaceAll("~1", "/").replaceAll("~0", "~");
    if (key === undefined) return null;
    at = Array.isArray(at) ? (at[Number(key)] as JsonValue | undefined) : own(at, key);
  }
  return at === undefined || (!isObject(at) && typeof at !== "boolean") ? null : at;
}

function decode(step: string): string | undefined {
  try {
    return decodeURIComponent(step);
  } catch {
    return undefined;
  }
}

/** A property's place: `$.price`, or `$["unit price"]` where the name needs quotes. */
export const propertyPlace = (place: string, key: string): string =>
  /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? `${place}.${key}` : `${place}[${JSON.stringify(key)}]`;
