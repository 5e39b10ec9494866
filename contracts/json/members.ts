import { z } from "zod";

/** A schema of any kind. */
export type AnySchema = z.core.$ZodType;

/**
 * The names an object may have as members at a place of what the schema describes, in the order it names them. Where
 * several objects are possible, those of each; none where the schema describes no object. `path` is an issue's.
 */
export function membersAt(schema: AnySchema, path: readonly PropertyKey[]): readonly string[] {
  let here = containersIn(schema);
  for (const key of path) here = here.flatMap((container) => inside(container, key)).flatMap(containersIn);
  return [...new Set(here.flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : [])))];
}

/** The objects, lists and maps a value may be, out of what is wrapped around them. */
function containersIn(schema: AnySchema): readonly AnySchema[] {
  if (schema instanceof z.ZodLazy || schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return containersIn(schema.unwrap());
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return containersIn(schema.unwrap());
  if (schema instanceof z.ZodPipe) return [schema.in, schema.out].flatMap(containersIn);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(containersIn);
  return [schema];
}

function inside(container: AnySchema, key: PropertyKey): readonly AnySchema[] {
  if (container instanceof z.ZodArray) return [container.element];
  if (container instanceof z.ZodRecord) return [container.valueType];
  if (!(container instanceof z.ZodObject)) return [];
  const shape: Readonly<Record<PropertyKey, AnySchema>> = container.shape;
  return Object.hasOwn(shape, key) && shape[key] ? [shape[key]] : [];
}
