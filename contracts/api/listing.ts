import { z } from "zod";
import { plainText } from "../json/json.ts";

/** A moment in a query or a filter: ISO 8601 with a zone, read as milliseconds since the epoch. */
export const moment = (description: string) =>
  z.iso
    .datetime({ offset: true, error: "an ISO 8601 time with a zone, such as 2026-01-31T00:00:00Z, is required" })
    .transform((text) => Date.parse(text))
    .optional()
    .meta({ type: "string", format: "date-time", description });

/** A text to be found, as it is. */
export const soughtText = (description: string) =>
  plainText.min(1, "must not be empty").max(300, "must be at most 300 characters").optional().meta({ description });

/** Where the answer goes on: a cursor from an earlier answer, opaque to whoever carries it. */
export const cursor = z
  .string()
  .max(400)
  .optional()
  .meta({ description: "`next` of the answer before: what follows it." });

/** The cursor of the following page; null on the last one. */
export const nextCursor = z
  .string()
  .nullable()
  .meta({ description: "Ask with `cursor` set to this for what follows; null when nothing does." });

/** The most entries of one page. */
export const MOST_ENTRIES = 100;
/** Entries of a page when nothing is said. */
export const USUAL_ENTRIES = 20;
