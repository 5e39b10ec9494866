import { z } from "zod";
import { membersAt } from "../../../contracts/json/members.ts";
import { faultsOfIssues, refusal, unknownMembers } from "../../../src/core/envelope/refusal.ts";
import type { Fault } from "../../../src/core/errors.ts";
import { err, ok, type Result } from "../../../src/core/result.ts";
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

/** The query as the schema reads it, or one INVALID_PARAMETER, also for a parameter the schema does not name. */
export function readQuery<S extends z.ZodType>(c: AppContext, schema: S): Result<z.output<S>, Fault> {
  const given = c.req.query();
  const known = membersAt(schema, []);
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  const read = schema.safeParse(given);
  if (read.success && unknown.length === 0) return ok(read.data);
  const strange = unknownMembers("INVALID_PARAMETER", [], unknown, known);
  const wrong = read.success ? [] : faultsOfIssues("INVALID_PARAMETER", read.error.issues);
  return err(
    refusal("the query", [
      ...strange.map((one, at) => ({ ...one, place: `query ${unknown[at] ?? ""}` })),
      ...wrong.map((one) => ({ ...one, place: `query ${one.place?.slice(2) ?? ""}` })),
    ]),
  );
}
