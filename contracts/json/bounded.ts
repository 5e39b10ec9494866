import { z } from "zod";

/** So many problems of one list or map are told; who reads them has enough to mend. */
const MOST_TOLD = 10;

type Context = z.core.ParsePayload<unknown>;

/**
 * A list of at most `most` entries. Its length is looked at before its entries, and after the first problems nothing
 * more is looked at: what a stranger sends is read at a cost that follows from its size, whatever is wrong with it.
 */
export const listOf = (entry: z.ZodType, most: number) =>
  z.array(z.unknown()).check((context) => {
    if (context.value.length > most) tooMany(context, most);
    else tellOf(context, context.value.entries(), entry);
  });

/** An object whose members are a map of at most `most` entries; likewise. */
export const mapOf = (entry: z.ZodType, most: number, name: z.ZodType = z.string()) =>
  z
    .custom<Readonly<Record<string, unknown>>>(
      (value) => typeof value === "object" && value !== null && !Array.isArray(value),
      "an object is required",
    )
    .check((context) => {
      const entries = Object.entries(context.value ?? {});
      if (entries.length > most) return tooMany(context, most);
      for (const [key] of entries) {
        if (!name.safeParse(key).success) return problem(context, [key], "no member may be called so");
      }
      tellOf(context, entries, entry);
    });

const tooMany = (context: Context, most: number): void => problem(context, [], `must have at most ${most} entries`);

function tellOf(context: Context, entries: Iterable<readonly [PropertyKey, unknown]>, schema: z.ZodType): void {
  for (const [key, value] of entries) {
    const read = schema.safeParse(value);
    if (read.success) continue;
    for (const { path, message, ...rest } of read.error.issues.slice(0, MOST_TOLD)) {
      const keys = rest.code === "unrecognized_keys" ? { keys: rest.keys } : {};
      problem(context, [key, ...path], message, keys);
    }
    if (context.issues.length >= MOST_TOLD) return;
  }
}

function problem(context: Context, path: PropertyKey[], message: string, more: object = {}): void {
  context.issues.push({ code: "custom", input: undefined, path, message, ...more });
}
