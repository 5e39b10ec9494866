import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { LIST_KEYWORDS, MAP_KEYWORDS, SCHEMA_KEYWORDS } from "../contract/schema-keywords.ts";
import { readPattern } from "../schema/pattern/read-pattern.ts";
import type { OpenApiDocument } from "./document.ts";
import { listOf } from "./document.ts";

/** Whether a schema is of what is sent or of what comes back: some properties are in only one of them. */
export type Direction = "sent" | "received";

/** A schema that stands alone, and what of the document's could not be kept. */
export interface OwnSchema {
  readonly schema: JsonSchema;
  readonly notes: readonly string[];
}

/** Keywords beside those with schemas in them that say something about a value. */
const SAID = new Set([
  "type",
  "enum",
  "const",
  "required",
  "format",
  "default",
  "nullable",
  "multipleOf",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minContains",
  "maxContains",
  "minProperties",
  "maxProperties",
  "dependentRequired",
  "pattern",
]);
/** The most values a schema may hold, so that a contract with several stays within its own limit. */
const MAX_VALUES = 1_200;
/** How far references are followed and how deep schemas nest; the first with which the schema is small enough is taken. */
const CUTS: readonly (readonly [hops: number, depth: number])[] = [
  [64, 100],
  [6, 40],
  [4, 24],
  [3, 16],
  [2, 12],
  [1, 8],
  [0, 5],
  [0, 2],
];

/**
 * A schema of the document by itself: what it refers to is copied under `$defs`. What is too large is cut where it is
 * deepest, what has a pattern that is not matched in linear time loses the pattern; both are noted.
 */
export function ownSchema(document: OpenApiDocument, schema: JsonValue | undefined, direction: Direction): OwnSchema {
  for (const [hops, depth] of CUTS) {
    const copy = new Copy(document, direction, hops, depth);
    const made = copy.whole(schema);
    if (made === null) continue;
    const notes = [...copy.notes];
    if (hops < 64) notes.push(`the schema is large and is kept to ${hops} references and ${depth} levels`);
    return { schema: made, notes };
  }
  return { schema: {}, notes: ["the schema is too large and is left out"] };
}

class Copy {
  readonly notes = new Set<string>();
  readonly #document: OpenApiDocument;
  readonly #direction: Direction;
  readonly #hops: number;
  readonly #depth: number;
  /** Reference → its name under `$defs`, in the order they were met. */
  readonly #names = new Map<string, string>();
  readonly #open: { readonly reference: string; readonly hops: number }[] = [];
  #left = MAX_VALUES;

  constructor(document: OpenApiDocument, direction: Direction, hops: number, depth: number) {
    this.#document = document;
    this.#direction = direction;
    this.#hops = hops;
    this.#depth = depth;
  }

  /** Null when it is too large. */
  whole(schema: JsonValue | undefined): JsonSchema | null {
    const top = this.#schema(schema, 0, 0);
    const definitions: [string, JsonValue][] = [];
    for (let i = 0; i < this.#open.length && this.#left > 0; i++) {
      const { reference, hops } = this.#open[i] ?? { reference: "", hops: 0 };
      definitions.push([this.#names.get(reference) ?? "", this.#schema(this.#document.at(reference), 0, hops)]);
    }
    if (this.#left <= 0) return null;
    const own = isObject(top) ? top : {};
    return definitions.length === 0 ? own : { ...own, $defs: Object.fromEntries(definitions) };
  }

  #schema(schema: JsonValue | undefined, depth: number, hops: number): JsonValue {
    if (typeof schema === "boolean") return schema;
    if (!isObject(schema) || this.#left <= 0) return {};
    this.#left--;
    const reference = schema["$ref"];
    if (typeof reference === "string") return this.#reference(reference, hops);
    if (depth >= this.#depth) return typeOnly(schema);
    const entries = Object.entries(schema).flatMap(([keyword, value]) =>
      this.#keyword(schema, keyword, value, depth, hops),
    );
    return Object.fromEntries(entries);
  }

  #reference(reference: string, hops: number): JsonValue {
    const target = this.#document.at(reference);
    if (!isObject(target)) {
      this.notes.add(`${reference} leads out of the document or nowhere, and anything is taken there`);
      return {};
    }
    const known = this.#names.get(reference);
    if (known !== undefined) return { $ref: `#/$defs/${known}` };
    if (hops >= this.#hops) return typeOnly(target);
    const last = reference.split("/").at(-1) ?? "";
    const base = last.replaceAll(/[^A-Za-z0-9_.-]/g, "_").slice(0, 80) || "schema";
    const used = new Set(this.#names.values());
    let name = base;
    for (let i = 2; used.has(name); i++) name = `${base}_${i}`;
    this.#names.set(reference, name);
    this.#open.push({ reference, hops: hops + 1 });
    return { $ref: `#/$defs/${name}` };
  }

  #keyword(
    schema: JsonObject,
    keyword: string,
    value: JsonValue,
    depth: number,
    hops: number,
  ): readonly [string, JsonValue][] {
    if (keyword === "$defs" || keyword === "definitions") return [];
    if (SCHEMA_KEYWORDS.has(keyword)) return isSchema(value) ? [[keyword, this.#schema(value, depth + 1, hops)]] : [];
    if (LIST_KEYWORDS.has(keyword)) {
      const list = listOf(value).filter(isSchema);
      return list.length === 0 ? [] : [[keyword, list.map((one) => this.#schema(one, depth + 1, hops))]];
    }
    if (MAP_KEYWORDS.has(keyword))
      return isObject(value) ? [[keyword, this.#members(keyword, value, depth, hops)]] : [];
    if (!SAID.has(keyword)) return [];
    if (keyword === "required") {
      const required = listOf(value).filter((name) => typeof name === "string" && !this.#isAbsent(schema, name));
      return required.length === 0 ? [] : [[keyword, required]];
    }
    if (keyword === "pattern" && !this.#canMatch(value)) return [];
    if (!isExact(value)) {
      this.notes.add(`${keyword} is left out: it holds a number beyond 2^53`);
      return [];
    }
    this.#left -= weight(value);
    return [[keyword, value]];
  }

  #members(keyword: string, members: JsonObject, depth: number, hops: number): JsonObject {
    const entries = Object.entries(members).flatMap(([name, one]): [string, JsonValue][] => {
      if (!isSchema(one) || (keyword === "patternProperties" && !this.#canMatch(name))) return [];
      this.#left--;
      return [[name, this.#schema(one, depth + 1, hops)]];
    });
    return Object.fromEntries(entries);
  }

  #canMatch(pattern: JsonValue): boolean {
    if (typeof pattern !== "string") return false;
    const read = readPattern(pattern);
    if (!read.ok) this.notes.add(`a pattern is left out: ${read.error.message}`);
    return read.ok;
  }

  /** Whether a required property is not there in this direction: one the server sets is not sent, a secret not received. */
  #isAbsent(schema: JsonObject, name: string): boolean {
    const properties = schema["properties"];
    const property = isObject(properties) ? this.#document.object(properties[name]) : null;
    return property?.[this.#direction === "sent" ? "readOnly" : "writeOnly"] === true;
  }
}

const isSchema = (value: JsonValue): boolean => isObject(value) || typeof value === "boolean";

/** Whether every number in it is one that readers of JSON agree on. */
function isExact(value: JsonValue): boolean {
  if (typeof value === "number") return !Number.isInteger(value) || Number.isSafeInteger(value);
  return typeof value !== "object" || value === null || Object.values(value).every(isExact);
}

/** What is kept of a schema that is cut off. */
function typeOnly({ type, nullable }: JsonObject): JsonObject {
  if (type === undefined) return {};
  return nullable === true ? { type, nullable } : { type };
}

function weight(value: JsonValue): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, one: JsonValue) => sum + weight(one), 1);
}
