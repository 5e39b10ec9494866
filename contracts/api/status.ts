import { z } from "zod";

/** How a run stands. The last four are final; `partial` lacks a wanted key that its policy lets it lack. */
export const runStatus = z.enum([
  "queued",
  "running",
  "waiting",
  "paused",
  "succeeded",
  "partial",
  "failed",
  "cancelled",
]);

/** How a step stands. */
export const stepStatus = z.enum([
  "pending",
  "ready",
  "leased",
  "waiting",
  "succeeded",
  "cached",
  "failed",
  "skipped",
  "cancelled",
]);

/** How a step travelled. */
export const via = z.enum(["inline", "queue", "wait", "cache"]).meta({
  description: "Executed by the gateway, sent through the queue, waited for in its ring, or found in the cache.",
});

export type RunStatus = z.output<typeof runStatus>;
export type StepStatus = z.output<typeof stepStatus>;
