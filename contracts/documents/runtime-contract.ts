import { z } from "zod";
import { anyObject } from "../json/any-json.ts";
import { formatVersion, nodeName, semver } from "../json/json.ts";

const retryShape = {
  max_retries: z.int().min(0).max(10).default(3).describe("Attempts after the first."),
  backoff: z.enum(["fixed", "exponential"]).default("exponential"),
  base_ms: z.int().min(10).max(60_000).default(100).describe("First wait, in milliseconds."),
  max_ms: z.int().min(100).max(300_000).default(5_000).describe("Longest wait, in milliseconds; not below base_ms."),
};
const RETRY = "How often and how fast a failed call is repeated.";
const breakerShape = {
  failure_threshold: z.int().min(1).default(5),
  reset_ms: z.int().min(1).default(60_000),
};
const BREAKER = "Opens after this many failures in a row; tries once after reset_ms milliseconds.";
const handlerShape = {
  type: z.string().min(1).describe("The handler's type, each at most once."),
  config: anyObject("Settings of the handler. Secrets are named by secret_ref, never written out.").optional(),
  enabled: z.boolean().default(true).describe("False leaves the handler out."),
  priority: z.int().min(-100).max(100).default(0).describe("How urgent its runs are; a tenth of it is their priority."),
  timeout_ms: z.int().min(100).max(600_000).default(30_000).describe("One call may take this long, in milliseconds."),
  rate_limit_per_second: z
    .number()
    .min(0.1)
    .max(10_000)
    .optional()
    .describe("Calls a second of each target, in each isolate; any number when absent."),
};
const HANDLER = "A handler the runtime host loads.";
const slug = nodeName.describe("The node's name, each at most once.");
const schemaVersion = formatVersion(1).default("1.0.0").describe("Version of this format.");
const busShape = { kind: z.string().min(1), config: anyObject("Settings of the bus.").optional() };
const identityShape = { name: z.string().min(1), version: semver };
const HOST = "The runtime host.";

/** A runtime contract of any origin: what is not known here is kept. */
export const runtimeContract = z
  .looseObject({
    schema_version: schemaVersion,
    runtime: z
      .looseObject({
        ...identityShape,
        event_bus: z.looseObject(busShape),
        handlers: z
          .array(
            z
              .looseObject({
                ...handlerShape,
                retry: z.looseObject(retryShape).describe(RETRY).optional(),
                circuit_breaker: z.looseObject(breakerShape).optional().describe(BREAKER),
              })
              .describe(HANDLER),
          )
          .min(1),
        nodes: z.array(z.looseObject({ slug })),
      })
      .describe(HOST),
  })
  .meta({
    title: "Runtime contract",
    description: "What a runtime host is made of: its bus, its handlers, its nodes.",
  });

/** The contract of a host of ours: nothing in it may be unknown, for it would be ignored in silence. */
export const hostContract = z.strictObject({
  schema_version: schemaVersion,
  runtime: z.strictObject({
    ...identityShape,
    event_bus: z.strictObject(busShape),
    handlers: z.array(
      z.strictObject({
        ...handlerShape,
        retry: z
          .strictObject(retryShape)
          .refine(({ base_ms: base, max_ms: max }) => max >= base, {
            path: ["max_ms"],
            error: "must not be below base_ms",
          })
          .optional(),
        circuit_breaker: z.strictObject(breakerShape).optional(),
      }),
    ),
    nodes: z.array(z.strictObject({ slug })),
  }),
});

export type HostContract = z.output<typeof hostContract>;
export type HandlerEntry = HostContract["runtime"]["handlers"][number];
