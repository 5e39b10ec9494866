import type { MiddlewareHandler } from "hono";
import { z } from "zod";
import { membersAt } from "../../../contracts/json/members.ts";
import { faultsOfIssues, refusal, unknownMembers } from "../../../src/core/envelope/refusal.ts";
import { fault, type Fault } from "../../../src/core/errors.ts";
import { err, ok, type Result } from "../../../src/core/result.ts";
import { clip } from "../../../src/core/text/clip.ts";
import { problemResponse } from "../answer/problem.ts";
import type { AppContext, AppEnv } from "./context.ts";

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
  const read = schema.safeParse(c.req.query());
  const strange = strangeParameters(c, schema);
  if (read.success && strange.length === 0) return ok(read.data);
  const wrong = read.success ? [] : faultsOfIssues("INVALID_PARAMETER", read.error.issues);
  return err(
    refusal("the query", [
      ...strange,
      ...wrong.map((one) => ({ ...one, place: `query ${one.place?.slice(2) ?? ""}` })),
    ]),
  );
}

const NO_PARAMETERS = z.object({});

/**
 * Refuses parameters that a route does not declare, and those that are there twice: one of the two would be ignored.
 * Stands before every route, so that none can forget it; what declared parameters say is the route's to read.
 */
export const strictQuery =
  (schema: z.ZodType = NO_PARAMETERS): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    if (!c.req.url.includes("?")) return next();
    const read = readQuery(c, schema);
    return read.ok ? next() : problemResponse(c, read.error);
  };

function strangeParameters(c: AppContext, schema: z.ZodType): readonly Fault[] {
  const unreadable = unreadableParameters(c.req.url);
  if (unreadable.length > 0) return unreadable;
  const given = c.req.queries();
  const known = membersAt(schema, []);
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  const repeated = Object.keys(given).filter((name) => known.includes(name) && (given[name]?.length ?? 0) > 1);
  return [
    ...unknownMembers("INVALID_PARAMETER", [], unknown, known).map((one, at) => ({
      ...one,
      place: `query ${unknown[at] ?? ""}`,
    })),
    ...repeated.map((name) =>
      fault("INVALID_PARAMETER", `${name}: given more than once`, { place: `query ${name}`, hint: "give it once" }),
    ),
  ];
}

/** Parameters whose name or value is no text: percent-encoded UTF-8 without NUL. */
function unreadableParameters(url: string): readonly Fault[] {
  const query = url.split("#", 1)[0]?.split("?").slice(1).join("?") ?? "";
  if (!query.includes("%")) return [];
  return query
    .split("&")
    .filter((pair) => !isText(pair))
    .map((pair) => {
      const name = pair.split("=", 1)[0] ?? "";
      const hint = "encode texts with encodeURIComponent";
      const said = `${clip(name, 100)}: percent-encoded UTF-8 without NUL is required`;
      return fault("INVALID_PARAMETER", said, { place: `query ${name}`, hint });
    });
}

function isText(encoded: string): boolean {
  try {
    return !decodeURIComponent(encoded).includes("\0");
  } catch {
    return false;
  }
}
