import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { References } from "./references.ts";
import { namedTypes, own, schemaList } from "./schema-parts.ts";

/** The types of JSON; a schema's `integer` is a number. */
export type JsonType = "null" | "boolean" | "number" | "string" | "array" | "object";
export type Types = ReadonlySet<JsonType>;

const EVERY: readonly JsonType[] = ["null", "boolean", "number", "string", "array", "object"];
const ANY: Types = new Set(EVERY);
const NONE: Types = new Set();

/** Schemas looked at before giving up, and how deep they are followed: both far beyond what people write. */
const MAX_VISITS = 500;
const MAX_DEPTH = 48;

/** Stands for any item of a list in a path. */
export const ITEM = Symbol("item");
export type PathStep = string | typeof ITEM;

/**
 * Which types a value may have at a path into what a schema describes (JSON Schema 2020-12); empty when the schema rules
 * out that anything is there. Errs on the side of more types: what it leaves out is truly impossible.
 */
export function typesAt(schema: JsonSchema, path: readonly PathStep[]): Types {
  return new Reading(schema).at(schema, path, 0);
}

/** The type of a value. */
export function typeOf(value: JsonValue): JsonType {
  if (value === null) return "null";
  if (isList(value)) return "array";
  if (isObject(value)) return "object";
  return typeof value === "boolean" ? "boolean" : typeof value === "number" ? "number" : "string";
}

class Reading {
  readonly #references: References;
  #left = MAX_VISITS;

  constructor(root: JsonSchema) {
    this.#references = new References(root);
  }

  at(schema: JsonValue, path: readonly PathStep[], depth: number): Types {
    if (schema === false) return NONE;
    if (!isObject(schema) || this.#left-- <= 0 || depth > MAX_DEPTH) return ANY;
    const parts = [this.#own(schema, path, depth + 1)];
    if (schema.$ref !== undefined) {
      const target = this.#references.target(schema.$ref);
      if (target !== null) parts.push(this.at(target, path, depth + 1));
    }
    for (const part of schemaList(schema.allOf)) parts.push(this.at(part, path, depth + 1));
    for (const keyword of ["anyOf", "oneOf"]) {
      const alternatives = schemaList(schema[keyword]);
      if (alternatives.length > 0) parts.push(union(alternatives.map((one) => this.at(one, path, depth + 1))));
    }
    return parts.reduce(intersection);
  }

  /** What the schema's own keywords say. */
  #own(schema: JsonSchema, path: readonly PathStep[], depth: number): Types {
    const { const: only, enum: values } = schema;
    const listed = only !== undefined ? [only] : isList(values) ? values : null;
    const [step, ...rest] = path;
    if (listed) return union(listed.map((value) => typesWithin(value, path)));
    const named = namedTypes(schema);
    const types: Types = named ? new Set(named.map((name) => (name === "integer" ? "number" : name) as JsonType)) : ANY;
    if (step === undefined) return types;
    const found: Types[] = [];
    if (types.has("object") && step !== ITEM) found.push(...this.#properties(schema, step, rest, depth));
    if (types.has("array")) found.push(...this.#items(schema, step, rest, depth));
    return union(found);
  }

  #properties(schema: JsonSchema, name: string, rest: readonly PathStep[], depth: number): readonly Types[] {
    const declared = own(schema.properties, name);
    if (declared !== undefined) return [this.at(declared, rest, depth)];
    if (schema.patternProperties !== undefined) return [ANY];
    return [this.at(schema.additionalProperties ?? true, rest, depth)];
  }

  #items(schema: JsonSchema, step: PathStep, rest: readonly PathStep[], depth: number): readonly Types[] {
    const first = schemaList(schema.prefixItems);
    // The list form of `items` is an older draft's.
    const others = isList(schema.items) ? true : (schema.items ?? true);
    if (step === ITEM) return [...first, others].map((item) => this.at(item, rest, depth));
    if (!/^(0|[1-9]\d*)$/.test(step)) return [];
    return [this.at(first[Number(step)] ?? others, rest, depth)];
  }
}

function typesWithin(value: JsonValue, path: readonly PathStep[]): Types {
  const [step, ...rest] = path;
  if (step === undefined) return new Set([typeOf(value)]);
  if (isList(value)) {
    const items = value;
    if (step === ITEM) return union(items.map((item) => typesWithin(item, rest)));
    const item = /^(0|[1-9]\d*)$/.test(step) ? items[Number(step)] : undefined;
    return item === undefined ? NONE : typesWithin(item, rest);
  }
  const inner = step === ITEM ? undefined : own(value, step);
  return inner === undefined ? NONE : typesWithin(inner, rest);
}

const union = (all: readonly Types[]): Types => new Set(all.flatMap((types) => [...types]));

const intersection = (a: Types, b: Types): Types => new Set([...a].filter((type) => b.has(type)));
