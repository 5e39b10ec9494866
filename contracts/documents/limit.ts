import { z } from "zod";
import type { Wire } from "../json/wire.ts";
import { contractKey } from "../json/json.ts";

const DAY_S = 86_400;

/**
 * One limit on how often, or how many times at once, a node may run: `{max_concurrent: 5}`,
 * `{group: openai, rate: 100, per_seconds: 60}`, `{group: per-user, key: user.id, max_concurrent: 1}`.
 */
export const limitWire = z
  .strictObject({
    group: z
      .string()
      .max(100)
      .regex(/^[a-z0-9][a-z0-9_.-]*$/, "a group is lower case letters, digits, dots, underscores and hyphens")
      .optional()
      .describe("Shared by every node of the tenant that names it; without it the limit is the node's own."),
    key: contractKey.optional().describe("An input of the node: every value of it has a limit of its own."),
    max_concurrent: z.int().min(1).max(10_000).optional().describe("Attempts under way at once."),
    rate: z.int().min(1).max(10_000).optional().describe("Attempts begun within any stretch of per_seconds."),
    per_seconds: z.number().min(0.1).max(DAY_S).optional(),
  })
  .superRefine((limit, context) => {
    const refuse = (field: string, message: string): void =>
      context.addIssue({ code: "custom", path: [field], message });
    if (limit.rate !== undefined && limit.per_seconds === undefined)
      refuse("per_seconds", "a rate needs per_seconds: the stretch of time it counts in");
    if (limit.per_seconds !== undefined && limit.rate === undefined)
      refuse("rate", "per_seconds needs a rate: how many attempts may begin within it");
    if (limit.max_concurrent !== undefined && limit.rate !== undefined)
      refuse("rate", "one limit is either max_concurrent or a rate; state them as two limits");
    if (limit.max_concurrent === undefined && limit.rate === undefined && limit.per_seconds === undefined)
      refuse("max_concurrent", "a limit says max_concurrent, or rate and per_seconds");
  })
  .describe("A limit across all runs of a tenant.");

/** A limit as it travels. */
export type LimitWire = Wire<z.infer<typeof limitWire>>;
