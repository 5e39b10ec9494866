import { z } from "zod";
import type { Wire } from "../json/wire.ts";
import { anyJson } from "../json/any-json.ts";

/** The media type of every HTTP error (RFC 9457). */
export const PROBLEM_TYPE = "application/problem+json";

const entry = z
  .object({
    code: z.string(),
    detail: z.string(),
    place: z.string().optional(),
    hint: z.string().optional(),
  })
  .meta({ id: "ProblemEntry", description: "One of several things that are wrong." });

/** An HTTP error as problem details (RFC 9457) with this system's extension members. */
export const problem = z
  .object({
    type: z.string().meta({ description: "A URI that names the kind of problem: `urn:onex:problem:` and the code." }),
    title: z.string().meta({ description: "The code in words; the same for every problem of the kind." }),
    status: z.int().min(400).max(599).meta({ description: "The HTTP status." }),
    detail: z.string().meta({ description: "What is wrong with this request." }),
    code: z.string().meta({ description: "What programs decide by." }),
    correlation_id: z.string().meta({ description: "Finds the log lines of this request." }),
    instance: z.string().meta({ description: "The path that was asked." }),
    place: z.string().optional().meta({ description: "Where: a JSON path, a file and line, or the name of a thing." }),
    hint: z.string().optional().meta({ description: "What to do about it." }),
    errors: z.array(entry).optional().meta({ description: "Everything that is wrong, when there is more to say." }),
    details: anyJson("Data for programs, shaped by the code.").optional(),
    retry_after_seconds: z
      .number()
      .min(0)
      .optional()
      .meta({ description: "Present when the same request may succeed later; also sent as Retry-After." }),
  })
  .meta({
    id: "Problem",
    title: "Problem",
    description: "Problem details (RFC 9457).",
    examples: [
      {
        type: "urn:onex:problem:RUN_NOT_FOUND",
        title: "Run not found",
        status: 404,
        detail: "no run has the id r00_01J00000000000000000000000",
        code: "RUN_NOT_FOUND",
        correlation_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
        instance: "/v1/runs/r00_01J00000000000000000000000",
      },
    ],
  });

export type Problem = Wire<z.output<typeof problem>>;
export type ProblemEntry = Wire<z.output<typeof entry>>;
