import { isObject, memberAt } from "../../../contracts/json/narrow.ts";
import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import type { Budget } from "./budget.ts";
import { schemaList, without } from "./schema-parts.ts";

/** Whether a keyword occurs anywhere inside. */
export function mentions(schema: JsonValue, keyword: string, work?: Budget): boolean {
  const open: JsonValue[] = [schema];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    work?.spend(1);
    if (Array.isArray(next)) for (const item of schemaList(next)) open.push(item);
    else if (isObject(next)) {
      if (Object.hasOwn(next, keyword)) return true;
      for (const value of Object.values(next)) open.push(value);
    }
  }
  return false;
}

/** What the references of one schema lead to, each looked up once. */
export class References {
  readonly #root: JsonSchema;
  readonly #targets = new Map<string, JsonValue | null>();
  #embeds: boolean | null = null;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  /** The schema a local reference (`#/$defs/price`) names, or null; a root with `$id` inside is not followed. */
  target(reference: JsonValue | undefined): JsonValue | null {
    if (typeof reference !== "string") return null;
    let target = this.#targets.get(reference);
    if (target === undefined) this.#targets.set(reference, (target = this.#find(reference)));
    return target;
  }

  #find(reference: string): JsonValue | null {
    this.#embeds ??= mentions(Object.values(without(this.#root, "$id")), "$id");
    if (this.#embeds) return null;
    if (reference === "#") return this.#root;
    if (!reference.startsWith("#/")) return null;
    let at: JsonValue | undefined = this.#root;
    for (const step of reference.slice(2).split("/")) {
      const key = decode(step)?.replaceAll("~1", "/").replaceAll("~0", "~");
      if (key === undefined) return null;
      at = memberAt(at, key);
    }
    return at === undefined || (!isObject(at) && typeof at !== "boolean") ? null : at;
  }
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

const looping = new WeakMap<JsonSchema, boolean>();

/**
 * Whether references lead back to a schema without going into the value on the way. Such a schema has no meaning: a
 * validator that follows it never ends.
 */
export function loops(root: JsonSchema): boolean {
  let known = looping.get(root);
  if (known === undefined) looping.set(root, (known = findLoop(root)));
  return known;
}

function findLoop(root: JsonSchema): boolean {
  const references = new References(root);
  const done = new Set<JsonValue>();
  const everything: JsonValue[] = [root];
  for (let next = everything.pop(); next !== undefined; next = everything.pop()) {
    if (Array.isArray(next)) for (const item of schemaList(next)) everything.push(item);
    else if (isObject(next)) {
      for (const value of Object.values(next)) everything.push(value);
      if (comesRound(next, references, done)) return true;
    }
  }
  return false;
}

/** Depth-first from one schema; `done` holds schemas known to lead nowhere bad. */
function comesRound(start: JsonSchema, references: References, done: Set<JsonValue>): boolean {
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
    for (const other of sameValue(schema, references)) open.push({ schema: other, leave: false });
  }
  return false;
}

function sameValue(schema: JsonSchema, references: References): readonly JsonValue[] {
  const target = references.target(schema.$ref);
  return [
    ...(target === null ? [] : [target]),
    ...SAME_VALUE.flatMap((keyword) => (schema[keyword] === undefined ? [] : [schema[keyword]])),
    ...SAME_VALUE_LISTS.flatMap((keyword) => schemaList(schema[keyword])),
    ...(isObject(schema.dependentSchemas) ? Object.values(schema.dependentSchemas) : []),
    ...(isObject(schema.dependencies) ? Object.values(schema.dependencies) : []),
  ];
}
