import { z } from "zod";
import { anyObjectOrNull } from "../json/any-json.ts";
import { semver } from "../json/json.ts";

/** The version of the result format this system writes. */
export const TRIGGER_RESULT_VERSION = "1.0.0";
/** A result over this many bytes travels as a reference. */
export const MOST_RESULT_BYTES = 100_000;

/** What a trigger came to: one message for every run it started, or one that says why there is none. */
export const triggerResult = z
  .object({
    schema_version: semver,
    topic: z.string().meta({ description: "`node.exec.result.<group>`." }),
    result_id: z.string().meta({ description: "The same for every copy of this message." }),
    trigger_id: z.string().meta({ description: "The first message with this idempotent_key." }),
    idempotent_key: z.string().nullable(),
    correlation_id: z.string().nullable(),
    run_id: z.string().nullable().meta({ description: "Null when nothing was run." }),
    node: z.string().nullable().meta({ description: "The node that took the message; null for a goal." }),
    status: z.enum(["success", "partial", "failure", "refused"]).meta({
      description: "As the execution result says; `refused` when nothing was run.",
    }),
    execution_result: anyObjectOrNull(
      "The execution result; null when nothing was run, and when it is too large to travel.",
    ),
    href: z.string().nullable().meta({ description: "Where the execution result is, when it is too large to travel." }),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    timestamp: z.iso.datetime(),
  })
  .meta({
    id: "TriggerResult",
    title: "Trigger result",
    description: "What a bus trigger came to.",
    examples: [
      {
        schema_version: TRIGGER_RESULT_VERSION,
        topic: "node.exec.result.reports",
        result_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b/0",
        trigger_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
        idempotent_key: "readme-1",
        correlation_id: "7a1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
        run_id: null,
        node: null,
        status: "refused",
        execution_result: null,
        href: null,
        error: { code: "TRIGGER_NOT_TAKEN", message: "no node of group 'reports' takes the message" },
        timestamp: "2026-01-01T00:00:00.000Z",
      },
    ],
  });

/** The group's topic for results. */
export const resultTopic = (group: string): string => `node.exec.result.${group}`;

export type TriggerResult = z.output<typeof triggerResult>;
