import { z } from "zod";
import { anyObject } from "../json/any-json.ts";
import { formatVersion, nodeName, semver } from "../json/json.ts";

const retry = z
  .looseObject({
    max_retries: z.int().min(0).max(10).default(3).describe("Attempts after the first."),
    backoff: z.enum(["fixed", "exponential"]).default("exponential"),
    base_ms: z.int().min(10).max(60_000).default(100).describe("First wait, in milliseconds."),
    max_ms: z.int().min(100).max(300_000).default(5_000).describe("Longest wait, in milliseconds; not below base_ms."),
  })
  .describe("How often and how fast a failed call is repeated.");

const handler = z
  .looseObject({
    type: z.string().min(1).describe("The handler's type, each at most once."),
    config: anyObject("Settings of the handler. Secrets are named by secret_ref, never written out.").optional(),
    enabled: z.boolean().default(true),
    priority: z.int().min(-100).max(100).default(0),
    timeout_ms: z.int().min(100).max(600_000).default(30_000).describe("One call may take this long, in milliseconds."),
    rate_limit_per_second: z.number().min(0.1).max(10_000).optional(),
    retry: retry.optional(),
    circuit_breaker: z
      .looseObject({ failure_threshold: z.int().min(1).default(5), reset_ms: z.int().min(1).default(60_000) })
      .optional()
      .describe("Opens after this many failures in a row; tries once after reset_ms milliseconds."),
  })
  .describe("A handler the runtime host loads.");

/** What a runtime host is made of: its bus, its handlers, its nodes. */
export const runtimeContract = z
  .looseObject({
    schema_version: formatVersion(1).default("1.0.0").describe("Version of this format."),
    runtime: z
      .looseObject({
        name: z.string().min(1),
        version: semver,
        event_bus: z.looseObject({ kind: z.string().min(1), config: anyObject("Settings of the bus.").optional() }),
        handlers: z.array(handler).min(1),
        nodes: z.array(z.looseObject({ slug: nodeName.describe("The node's name, each at most once.") })),
      })
      .describe("The runtime host."),
  })
  .meta({
    title: "Runtime contract",
    description: "What a runtime host is made of: its bus, its handlers, its nodes.",
  });
