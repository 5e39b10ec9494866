import { z } from "zod";
import { cursor, moment, nextCursor, soughtText } from "./listing.ts";
import type { Wire } from "../json/wire.ts";
import { runStatus } from "./status.ts";

/** What runs can be searched by: every condition given must hold. */
export const runFilter = z.object({
  status: runStatus.optional().meta({ description: "How the run stands." }),
  node: soughtText("A node of the run's plan: its name, or `name@version`."),
  tag: soughtText("A tag of the envelope."),
  operation: soughtText("The envelope's operation."),
  correlation_id: soughtText("The envelope's correlation id."),
  from: moment("Created at this moment or later."),
  to: moment("Created before this moment."),
  text: soughtText("A part of the run's error, code or message, whatever the case of ASCII letters."),
});

/** The parameters of a search besides the size of a page. */
export const runSearchQuery = runFilter.extend({ cursor });

const ENTRY_EXAMPLE = {
  run_id: "r00_01J00000000000000000000000",
  status: "failed",
  operation: "goal.run",
  correlation_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
  want: ["metadata.report"],
  tags: ["nightly"],
  nodes: ["metadata_report@1.0.0"],
  steps: 1,
  cached_steps: 0,
  created_at: "2026-01-01T00:00:00.000Z",
  finished_at: "2026-01-01T00:00:00.012Z",
  duration_ms: 12,
  error: { code: "TIMEOUT_ERROR", message: "metadata_report@1.0.0 did not end within 100 ms" },
};

/** A run as a list shows it. */
export const runListEntry = z.object({
  run_id: z.string(),
  status: runStatus,
  operation: z.string(),
  correlation_id: z.string(),
  want: z.array(z.string()).meta({ description: "Contract keys that were asked for." }),
  tags: z.array(z.string()),
  nodes: z.array(z.string()).meta({ description: "`name@version` of every node of the plan." }),
  steps: z.int().meta({ description: "How many steps the plan has." }),
  cached_steps: z.int().meta({ description: "How many of them were answered from the cache." }),
  created_at: z.string(),
  finished_at: z.string().nullable(),
  duration_ms: z.number().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});

/** `GET /v1/runs`. */
export const runPage = z.object({ runs: z.array(runListEntry), next: nextCursor }).meta({
  id: "RunPage",
  title: "Run page",
  description: "Runs that a search found, newest first.",
  examples: [{ runs: [ENTRY_EXAMPLE], next: "mjtqk8w0.r00_01J00000000000000000000000" }],
});

export type RunFilter = z.input<typeof runFilter>;
export type RunListEntry = Wire<z.output<typeof runListEntry>>;
export type RunPage = Wire<z.output<typeof runPage>>;
