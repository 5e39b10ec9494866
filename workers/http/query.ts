import { z } from "zod";
import { faultsOfIssues, refusal } from "../../src/core/envelope/refusal.ts";
import type { Fault } from "../../src/core/errors.ts";
import { err, ok, type Result } from "../../src/core/result.ts";
import type { AppContext } from "./context.ts";

/** A whole number in a query, as its decimal digits. */
export const wholeNumber = (max: number, description: string) =>
  z
    .string()
    .regex(/^\d{1,15}$/, "a whole number is required")
    .transform(Number)
    .refine((value) => value <= max, `must be at most ${max}`)
    .default(0)
    .meta({ type: "integer", minimum: 0, maximum: max, default: 0, description });

/** The query as the schema reads it, or one INVALID_PARAMETER. Parameters the schema does not name are ignored. */
export function readQuery<S extends z.ZodType>(c: AppContext, schema: S): Result<z.output<S>, Fault> {
  const read = schema.safeParse(c.req.query());
  if (read.success) return ok(read.data);
  const faults = faultsOfIssues("INVALID_PARAMETER", read.error.issues);
  return err(
    refusal(
      "the query",
      faults.map((one) => ({ ...one, place: `query ${one.place?.slice(2) ?? ""}` })),
    ),
  );
}
