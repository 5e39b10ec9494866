import { z } from "zod";
import type { Chains } from "../../contracts/documents/chain.ts";
import type { JsonValue } from "../../contracts/json/json.ts";

/** `run_id` as `runId`. */
export type CamelName<Name> = Name extends `${infer Head}_${infer Tail}`
  ? Tail extends ""
    ? Name
    : `${Head}${Capitalize<CamelName<Tail> & string>}`
  : Name;

/** An answer with TypeScript's names. What users supply keeps its own: contract keys, payloads, schemas. */
export type Camel<T> = JsonValue extends T
  ? T
  : T extends string | number | boolean | null | undefined | Uint8Array | Chains
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Camel<Item>[]
      : T extends object
        ? string extends keyof T
          ? { readonly [Member in keyof T]: Camel<T[Member]> }
          : { readonly [Member in keyof T as CamelName<Member>]: Camel<T[Member]> }
        : T;

export const camelName = (name: string): string =>
  name.replace(/([a-z0-9])_([a-z0-9])/g, (_, before: string, after: string) => `${before}${after.toUpperCase()}`);

/**
 * Renames the members that the schema declares, at any depth. Names that the schema leaves open are data: the keys of
 * records, and whatever is any JSON.
 */
export function camelBy(schema: z.core.$ZodType, value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) return camelBy(schema.unwrap(), value);
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodReadonly)
    return camelBy(schema.unwrap(), value);
  if (schema instanceof z.ZodLazy) return camelBy(schema.unwrap(), value);
  if (schema instanceof z.ZodUnion) {
    const fitting = schema.options.find((option) => z.safeParse(option, value).success);
    return fitting === undefined ? value : camelBy(fitting, value);
  }
  if (schema instanceof z.ZodArray) {
    const { element } = schema;
    return Array.isArray(value) ? value.map((item) => camelBy(element, item)) : value;
  }
  if (schema instanceof z.ZodRecord) {
    const { valueType } = schema;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, camelBy(valueType, member)]));
  }
  if (!(schema instanceof z.ZodObject)) return value;
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  return Object.fromEntries(
    Object.entries<unknown>({ ...value }).map(([name, member]) => {
      const declared = Object.hasOwn(shape, name) ? shape[name] : undefined;
      return declared === undefined ? [name, member] : [camelName(name), camelBy(declared, member)];
    }),
  );
}
