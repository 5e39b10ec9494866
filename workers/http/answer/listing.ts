import { z } from "zod";
import { MOST_ENTRIES, USUAL_ENTRIES } from "../../../contracts/api/listing.ts";
import { fault, type Fault } from "../../../src/core/errors.ts";
import { err, ok, type Result } from "../../../src/core/result.ts";
import { decodeCursor, type PageRequest } from "../../../src/core/search/position.ts";

/** The size of a page, in a query. */
export const pageSize = z
  .string()
  .regex(/^\d{1,3}$/, `a whole number from 1 to ${MOST_ENTRIES} is required`)
  .transform(Number)
  .refine((size) => size >= 1 && size <= MOST_ENTRIES, `a whole number from 1 to ${MOST_ENTRIES} is required`)
  .default(USUAL_ENTRIES)
  .meta({
    type: "integer",
    minimum: 1,
    maximum: MOST_ENTRIES,
    default: USUAL_ENTRIES,
    description: "Entries of a page, at most.",
  });

/** The page a request asks for; INVALID_PARAMETER when its cursor is none of ours. `place` is where the cursor stands. */
export function pageRequest(limit: number, cursor: string | undefined, place: string): Result<PageRequest, Fault> {
  if (cursor === undefined) return ok({ limit, after: null });
  const after = decodeCursor(cursor);
  if (after) return ok({ limit, after });
  return err(badCursor(place));
}

/** The refusal of a cursor that is none of ours. */
export const badCursor = (place: string): Fault =>
  fault("INVALID_PARAMETER", "cursor: this is no cursor an answer carried", {
    place,
    hint: "use `next` of the answer before, unchanged, or leave it out",
  });
