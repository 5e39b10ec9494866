import { z } from "zod";
import { anyJson } from "../json/any-json.ts";
import { plainText } from "../json/json.ts";
import { cursor, moment, MOST_ENTRIES, nextCursor, soughtText, USUAL_ENTRIES } from "./listing.ts";
import { runError, stepView } from "./run.ts";
import { runStatus } from "./status.ts";
import type { Wire } from "../json/wire.ts";

/** Why nobody could process a message. */
export const deadLetterClass = z.enum(["publisher_malformed", "no_dispatcher", "valid_unrouted", "consumer_error"]);
/** Where a dead letter stands: waiting for somebody, sent again, or done with. */
export const deadLetterStatus = z.enum(["open", "redriven", "resolved"]);

/** What dead letters can be searched by: every condition given must hold. */
export const deadLetterFilter = z.strictObject({
  status: deadLetterStatus.optional().meta({ description: "Where the entry stands." }),
  queue: soughtText("The queue it died on."),
  error_type: deadLetterClass.optional().meta({ description: "Why nobody could process it." }),
  message_type: soughtText(
    "The message's type: `work`, `archive`, `started`, `quarantine`, `replan`, `sequel` or `trigger`.",
  ),
  run_id: soughtText("The run it is about."),
  correlation_id: soughtText("The correlation id of its run."),
  from: moment("Died at this moment or later."),
  to: moment("Died before this moment."),
  text: soughtText("A part of the reason or the cause, whatever the case of ASCII letters."),
});

/** The parameters of a search besides the size of a page. */
export const deadLetterSearchQuery = z.object({ ...deadLetterFilter.shape, cursor });

const ENTRY_EXAMPLE = {
  id: "0b3ad7c4f0e24c36b4fb3e0c7b1a9f52",
  status: "open",
  original_topic: "onex-execute",
  original_message: {
    key: "r00_01J00000000000000000000000",
    value: { href: "/v1/dead-letters/0b3ad7c4f0e24c36b4fb3e0c7b1a9f52/payload" },
    offset: "0b3ad7c4f0e24c36b4fb3e0c7b1a9f52",
    partition: null,
  },
  message_type: "work",
  error_type: "consumer_error",
  failure_reason: "the queue gave up redelivering it",
  failure_timestamp: "2026-01-01T00:00:00.000Z",
  correlation_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
  retry_count: 3,
  cause: null,
  lineage: {
    run_id: "r00_01J00000000000000000000000",
    segment: "s1",
    epoch: 1,
    steps: [{ id: "text_twice", attempt: 1 }],
    redrives: 0,
    redriven_at: null,
  },
  resolution: null,
};

/** A message nobody could process. */
export const deadLetterView = z
  .object({
    id: z.string(),
    status: deadLetterStatus,
    original_topic: z.string().meta({ description: "The queue it died on." }),
    original_message: z.object({
      key: z.string().nullable().meta({ description: "The run it is about." }),
      value: z.object({ href: z.string() }).meta({ description: "Where the message itself is." }),
      offset: z.string().meta({ description: "What names the message." }),
      partition: z.null(),
    }),
    message_type: z.string().nullable(),
    error_type: deadLetterClass,
    failure_reason: z.string(),
    failure_timestamp: z.string(),
    correlation_id: z.string().nullable(),
    retry_count: z.int().meta({ description: "Deliveries after the first, over all its redrives." }),
    cause: runError.nullable().meta({ description: "What its consumer said, where that is known." }),
    lineage: z.object({
      run_id: z.string().nullable(),
      segment: z.string().nullable(),
      epoch: z.int().nullable(),
      steps: z.array(z.object({ id: z.string(), attempt: z.int() })),
      redrives: z.int(),
      redriven_at: z.string().nullable(),
    }),
    resolution: z.object({ at: z.string(), reason: z.string() }).nullable(),
  })
  .meta({
    id: "DeadLetter",
    title: "Dead letter",
    description: "A message nobody could process, with its cause and its lineage.",
    examples: [ENTRY_EXAMPLE],
  });

/** `GET /v1/dead-letters/:id`: the entry with how its run stands now. */
export const deadLetterPage = deadLetterView
  .extend({
    standing: z
      .object({ kind: z.enum(["waiting", "stale", "ended", "unreadable", "unknown"]), reason: z.string() })
      .meta({ description: "Whether anything still waits for the message." }),
    run: z
      .object({
        run_id: z.string(),
        status: runStatus,
        finished_at: z.string().nullable(),
        error: runError.nullable(),
        steps: z.array(stepView),
      })
      .nullable()
      .meta({ description: "The run it is about, with the steps that were lost and their attempts." }),
  })
  .meta({
    id: "DeadLetterPage",
    title: "Dead letter page",
    description: "A dead letter, and how what it is about stands now.",
    examples: [{ ...ENTRY_EXAMPLE, standing: { kind: "ended", reason: "there is no such run any more" }, run: null }],
  });

/** `GET /v1/dead-letters`. */
export const deadLetterList = z.object({ dead_letters: z.array(deadLetterView), next: nextCursor }).meta({
  id: "DeadLetterList",
  title: "Dead letter list",
  description: "Dead letters that a search found, newest first.",
  examples: [{ dead_letters: [ENTRY_EXAMPLE], next: null }],
});

/** What came of a redrive. */
export const redriveOutcome = z
  .object({
    id: z.string(),
    outcome: z.enum(["redriven", "pending", "stale", "ended", "failing", "refused", "unknown"]).meta({
      description:
        "`redriven`: sent again. `pending`: sent again a moment ago. `stale`: the run goes on without it. `ended`: " +
        "nothing waits for it any more. `failing`: it could not be sent now. `refused`: it can never be sent. " +
        "`unknown`: there is no such entry.",
    }),
    reason: z.string(),
    error: runError.nullable(),
  })
  .meta({
    id: "RedriveOutcome",
    title: "Redrive outcome",
    description: "What came of sending one dead letter again.",
    examples: [{ id: "0b3ad7c4f0e24c36b4fb3e0c7b1a9f52", outcome: "ended", reason: "the run has ended", error: null }],
  });

/** `POST /v1/dead-letters/redrive`. */
export const redriveRequest = z
  .strictObject({
    ids: z
      .array(plainText.min(1).max(300))
      .min(1)
      .max(MOST_ENTRIES)
      .optional()
      .meta({ description: "The entries to send again." }),
    filter: deadLetterFilter
      .optional()
      .meta({ description: "Sends again what a search with these conditions finds; `status` is `open` if not given." }),
    limit: z
      .int()
      .min(1)
      .max(MOST_ENTRIES)
      .default(USUAL_ENTRIES)
      .meta({ description: "With `filter`: how many at most." }),
    cursor,
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), "either ids or a filter is required")
  .meta({
    id: "RedriveRequest",
    title: "Redrive request",
    description: "Which dead letters to send again.",
    examples: [{ ids: ["0b3ad7c4f0e24c36b4fb3e0c7b1a9f52"] }, { filter: { queue: "onex-execute" }, limit: 50 }],
  });

/** What came of each. */
export const redriveReport = z
  .object({
    results: z.array(redriveOutcome),
    counts: z.record(z.string(), z.int()).meta({ description: "How many had each outcome." }),
    next: nextCursor,
  })
  .meta({
    id: "RedriveReport",
    title: "Redrive report",
    description: "What came of sending dead letters again, each by itself.",
    examples: [{ results: [], counts: { redriven: 0 }, next: null }],
  });

/** `GET /v1/dead-letters/:id/payload`. */
export const deadLetterPayload = anyJson("The message as it arrived.");

export type DeadLetterFilter = z.input<typeof deadLetterFilter>;
export type DeadLetterView = Wire<z.output<typeof deadLetterView>>;
export type DeadLetterPage = Wire<z.output<typeof deadLetterPage>>;
export type DeadLetterList = Wire<z.output<typeof deadLetterList>>;
export type RedriveOutcome = Wire<z.output<typeof redriveOutcome>>;
export type RedriveRequest = z.input<typeof redriveRequest>;
export type RedriveReport = Wire<z.output<typeof redriveReport>>;
