import { z } from "zod";
import { runStatus } from "../api/status.ts";
import { CHAIN_LISTS } from "../documents/chain.ts";
import { anyObject } from "../json/any-json.ts";
import type { JsonValue } from "../json/json.ts";

/*
 * What travels on the queues between a ring and its consumers. Nobody else sends these, bus triggers apart; members that
 * are not named here are kept. Times in milliseconds since the epoch.
 */

/** `r<ring, 2 hex>_<26 characters of Crockford base 32>`. */
const runId = z.string().regex(/^r[0-9a-f]{2}_[0-9A-HJKMNP-TV-Z]{26}$/, "a run id is required");
const instant = z.number();
const name = z.string();

/** Travels with a message that was taken out of the dead letters. */
const redrive = z.looseObject({
  id: z.string().describe("The dead letter's id."),
  count: z.int().describe("1 for the first redrive."),
  retryCount: z.int().describe("Deliveries after the first, over all its lives before this one."),
});

/** Who asked, and the trace it belongs to: absent for the one token, and for what is not traced. */
const asker = {
  principal: name.exactOptional().describe("Who asked, such as `token:default`; absent for the one token."),
  trace: name.exactOptional().describe("A traceparent (W3C Trace Context); absent for what is not traced."),
};

/** A message of a type in its present version; earlier ones are brought to it before they are read. */
const message = <T extends string, S extends z.core.$ZodLooseShape>(type: T, shape: S) =>
  z.looseObject({ type: z.literal(type), version: z.literal(1), ...shape, redrive: redrive.exactOptional() });

/** The value itself, or where it is. A look at each is enough: a message may carry many. */
const storedValue = z
  .custom<
    | { readonly v: JsonValue }
    | { readonly ref: { readonly key: string; readonly sha256: string; readonly bytes: number } }
  >(
    (value) => typeof value === "object" && value !== null && ("v" in value || "ref" in value),
    "a stored value is required",
  )
  .meta({ type: "object", additionalProperties: true });
const values = z.record(z.string(), storedValue);
const limit = z.looseObject({
  group: name.nullable(),
  key: name.nullable(),
  allows: z.union([
    z.looseObject({ kind: z.literal("slots"), max: z.number() }),
    z.looseObject({ kind: z.literal("rate"), max: z.number(), perMs: z.number() }),
  ]),
});
const step = z.looseObject({
  id: name,
  node: name,
  version: z.string(),
  inputs: z.record(z.string(), z.looseObject({ step: name.nullable(), key: name })),
  timeoutMs: z.number(),
  cacheTtlMs: z.number().nullable(),
  attempt: z.number(),
  limits: z.array(limit).exactOptional(),
  pool: z.looseObject({ name, queueTimeoutMs: z.number() }).exactOptional(),
});
const probe = z.looseObject({
  boundary: name,
  node: name,
  version: z.string(),
  bodyHash: z.string(),
  inputs: z.record(z.string(), z.string()),
  outputs: z.record(z.string(), z.string()),
  steps: z.array(name),
});

/** A segment to execute. */
export const workMessage = message("work", {
  work: z.looseObject({
    runId,
    tenant: name,
    correlationId: z.string(),
    ...asker,
    segment: name,
    token: z.string(),
    epoch: z.number(),
    expiresAt: instant.describe("The lease ends here; work that starts later is not done."),
    steps: z.array(step),
    values: values.nullable().describe("Null when they are too large for a message: they are asked of the ring."),
    priority: z.number().exactOptional(),
    since: instant.exactOptional(),
    probes: z.array(probe).exactOptional(),
    anew: z.literal(true).exactOptional(),
  }),
});

/** A run's steps have died, and it asks for another plan. */
export const replanMessage = message("replan", {
  runId,
  tenant: name,
  correlationId: z.string(),
  ...asker,
  token: z.string(),
});

/** A ring asks for a batch of its finished runs to be fetched and archived. */
export const archiveMessage = message("archive", { ring: z.int().min(0).max(255), batch: z.int() });

/** How unfinished runs stand now. */
export const startedMessage = message("started", {
  runs: z.array(
    z.looseObject({
      runId: z.string(),
      tenant: name,
      status: runStatus,
      operation: name,
      correlationId: z.string(),
      want: z.array(z.string()),
      tags: z.array(z.string()),
      nodes: z.array(z.string()),
      createdAt: instant,
      finishedAt: z.null(),
      steps: z.number(),
      cachedSteps: z.number(),
      faultCode: z.string().nullable(),
      faultMessage: z.string().nullable(),
      revision: z.number(),
      values: z.array(z.string()),
      archive: z.null(),
    }),
  ),
});

/** Of these runs of a ring some were set aside in quarantine or have left it: the ring is to be asked. */
export const quarantineMessage = message("quarantine", { ring: z.int().min(0).max(255), runs: z.array(runId) });

/** A run has ended, and something follows. */
export const sequelMessage = message("sequel", {
  tenant: name,
  runId,
  correlationId: z.string(),
  ...asker,
  link: z
    .looseObject({ list: z.enum(CHAIN_LISTS), index: z.int() })
    .exactOptional()
    .describe("Only this envelope of the run; everything that is still to be done when absent."),
});

/** A bus message with what the host adds to it. */
export const triggerMessage = message("trigger", {
  tenant: name,
  ...asker,
  trigger: anyObject("The bus message as it was sent; see bus-trigger.schema.json."),
});

/** Whatever travels on a queue of ours. */
export const queueMessage = z
  .discriminatedUnion("type", [
    workMessage,
    replanMessage,
    archiveMessage,
    startedMessage,
    quarantineMessage,
    sequelMessage,
    triggerMessage,
  ])
  .meta({ title: "Queue message", description: "What travels on the queues between a ring and its consumers." });
