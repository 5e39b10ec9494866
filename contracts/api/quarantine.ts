import { z } from "zod";
import { plainText } from "../json/json.ts";
import type { Wire } from "../json/wire.ts";
import { cursor, nextCursor } from "./listing.ts";
import { runStatus } from "./status.ts";

const runId = z.string().meta({ description: "`r<ring>_<26 characters>`." });

/** Why a run is in quarantine. */
const quarantineCode = z.enum(["RECORD_NEWER", "RECORD_UNREADABLE", "RUN_UNDECIDABLE", "RUN_UNSTORABLE"]).meta({
  description:
    "`RECORD_NEWER`: a later release wrote it. `RECORD_UNREADABLE`: it is damaged. `RUN_UNDECIDABLE`: what follows cannot " +
    "be decided. `RUN_UNSTORABLE`: it, or its place in the archive, cannot be written.",
});

const reason = z.object({
  code: quarantineCode,
  message: z.string(),
  hint: z.string().nullable(),
  since: z.string().meta({ description: "When it was set aside." }),
});

const ENTRY_EXAMPLE = {
  run_id: "r00_01J00000000000000000000000",
  code: "RECORD_NEWER",
  message: "a run of version 3 was written by a later release; this one reads up to 2",
  hint: "deploy the release that wrote it",
  since: "2026-01-01T00:00:00.000Z",
  operation: "goal.run",
  correlation_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
  want: ["metadata.report"],
  tags: ["nightly"],
  created_at: "2026-01-01T00:00:00.000Z",
};

/** A run that was set aside, with what its record still tells. */
export const quarantinedRun = z
  .object({
    run_id: runId,
    ...reason.shape,
    operation: z.string().nullable().meta({ description: "Null, as everything below, when the record does not tell." }),
    correlation_id: z.string().nullable(),
    want: z.array(z.string()).nullable(),
    tags: z.array(z.string()).nullable(),
    created_at: z.string().nullable(),
  })
  .meta({
    id: "QuarantinedRun",
    title: "Quarantined run",
    description:
      "A run that cannot be read, decided on or stored: it is kept as it is stored, and nothing happens to it.",
    examples: [ENTRY_EXAMPLE],
  });

/** The parameters of the list besides the size of a page. */
export const quarantineQuery = z.object({ cursor });

/** `GET /v1/quarantine`. */
export const quarantineList = z.object({ runs: z.array(quarantinedRun), next: nextCursor }).meta({
  id: "QuarantineList",
  title: "Quarantine list",
  description: "Runs in quarantine, those set aside last first.",
  examples: [{ runs: [ENTRY_EXAMPLE], next: null }],
});

/** `GET /v1/quarantine/:id/raw`. */
export const quarantineRaw = z
  .object({
    run_id: runId,
    parts: z.array(
      z.object({
        part: z.string().meta({ description: "Its name: `r` for the record, `r0000` and on when it is spread." }),
        body: z.string(),
        due_at: z.string().nullable(),
      }),
    ),
  })
  .meta({
    id: "QuarantineRaw",
    title: "Raw run",
    description: "What is stored of a run in quarantine, byte by byte.",
    examples: [
      { run_id: "r00_01J00000000000000000000000", parts: [{ part: "r", body: '{"v":3,"header":{', due_at: null }] },
    ],
  });

/** `POST /v1/quarantine/:id/retry`. */
export const quarantineRetried = z
  .object({
    run_id: runId,
    released: z.boolean().meta({ description: "Whether it goes on." }),
    status: runStatus.nullable().meta({ description: "How the run stands now; null while it is in quarantine." }),
    quarantine: reason.nullable().meta({ description: "Why it stays, or is set aside again." }),
  })
  .meta({
    id: "QuarantineRetried",
    title: "Quarantine retried",
    description: "What came of trying a run in quarantine again.",
    examples: [{ run_id: "r00_01J00000000000000000000000", released: true, status: "running", quarantine: null }],
  });

/** `POST /v1/quarantine/:id/end`. */
export const quarantineEndRequest = z
  .strictObject({
    reason: plainText
      .min(1)
      .max(500)
      .optional()
      .meta({ description: "Why it is given up; told by the run as its error." }),
  })
  .meta({
    id: "QuarantineEndRequest",
    title: "Quarantine end request",
    description: "Ends a run in quarantine as failed.",
    examples: [{ reason: "the record is lost" }],
  });

/** How it ended. */
export const quarantineEnded = z.object({ run_id: runId, status: runStatus }).meta({
  id: "QuarantineEnded",
  title: "Quarantine ended",
  description: "A run that was in quarantine, and how it has ended: as failed, unless it had ended before.",
  examples: [{ run_id: "r00_01J00000000000000000000000", status: "failed" }],
});

export type QuarantinedRunView = Wire<z.output<typeof quarantinedRun>>;
export type QuarantineList = Wire<z.output<typeof quarantineList>>;
export type QuarantineRaw = Wire<z.output<typeof quarantineRaw>>;
export type QuarantineRetried = Wire<z.output<typeof quarantineRetried>>;
export type QuarantineEndRequest = z.input<typeof quarantineEndRequest>;
export type QuarantineEnded = Wire<z.output<typeof quarantineEnded>>;
