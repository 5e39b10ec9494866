import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { isObject, own, schemaList, without } from "./schema-parts.ts";

/** Whether a keyword occurs anywhere inside. */
export function mentions(schema: JsonValue, keyword: string): boolean {
  const open: JsonValue[] = [schema];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) for (const item of schemaList(next)) open.push(item);
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

/** Keywords whose schemas judge the very value their own schema judges. */
const SAME_VALUE = ["not", "if", "then", "else"];
const SAME_VALUE_LISTS = ["allOf", "anyOf", "oneOf"];

/**
 * Whether references lead back to a schema without going into the value on the way. Such a schema has no meaning: a
 * validator that follows it never ends.
 */
export function loops(root: JsonSchema): boolean {
  const done = new Set<JsonValue>();
  const everything: JsonValue[] = [root];
  for (let next = everything.pop(); next !== undefined; next = everything.pop()) {
    if (Array.isArray(next)) for (const item of schemaList(next)) everything.push(item);
    else if (isObject(next)) {
      for (const value of Object.values(next)) everything.push(value);
      if (comesRound(next, root, done)) return true;
    }
  }
  return false;
}

/** Depth-first from one schema; `done` holds schemas known to lead nowhere bad. */
function comesRound(start: JsonSchema, root: JsonSchema, done: Set<JsonValue>): boolean {
  const path = new Set<JsonValue>();
  const open: { readonly schema: JsonValue; readonly leave: boolean }[] = [{ schema: start, leave: false }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { schema, leave } = next;
    if (leave) {
      path.delete(schema);
      done.add(schema);
      continue;
    }
    if (path.has(schema)) return true;
    if (done.has(schema) || !isObject(schema)) continue;
    path.add(schema);
    open.push({ schema, leave: true });
    for (const other of sameValue(schema, root)) open.push({ schema: other, leave: false });
  }
  return false;
}

function sameValue(schema: JsonSchema, root: JsonSchema): readonly JsonValue[] {
  const target = schema.$ref === undefined ? null : resolveRef(root, schema.$ref);
  return [
    ...(target === null ? [] : [target]),
    ...SAME_VALUE.flatMap((keyword) => (schema[keyword] === undefined ? [] : [schema[keyword]])),
    ...SAME_VALUE_LISTS.flatMap((keyword) => schemaList(schema[keyword])),
    ...(isObject(schema.dependentSchemas) ? Object.values(schema.dependentSchemas) : []),
  ];
}
