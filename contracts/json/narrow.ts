import type { JsonObject, JsonValue } from "./json.ts";

/** Whether a value, which came from JSON, is an object: it has members, is no list, and is not null. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a value, which came from JSON, is a list. */
export const isList = (value: unknown): value is readonly JsonValue[] => Array.isArray(value);

const INDEX = /^(?:0|[1-9]\d*)$/;

/** A member of an object or an item of a list, by its own name; undefined where there is none. */
export function memberAt(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (isList(value)) return INDEX.test(name) ? value[Number(name)] : undefined;
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** What a text says, as the JSON it must be. Throws SyntaxError for any other text. */
export const parseJson = (text: string): JsonValue => JSON.parse(text) as JsonValue;

/** The names of a table's entries, in its order: a table has no others than its type says. */
export const keysOf = <Table extends object>(table: Table): readonly (keyof Table & string)[] =>
  Object.keys(table) as (keyof Table & string)[];

/** A member that is a text by its contract; empty where it is none. */
export function textAt(value: JsonValue | undefined, name: string): string {
  const member = memberAt(value, name);
  return typeof member === "string" ? member : "";
}

/** A member that is an object by its contract; without members where it is none. */
export function objectAt(value: JsonValue | undefined, name: string): JsonObject {
  const member = memberAt(value, name);
  return isObject(member) ? member : {};
}
