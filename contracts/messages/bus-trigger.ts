import { z } from "zod";
import { anyJson } from "../json/any-json.ts";
import { chainFields } from "../documents/chain.ts";
import { contractKey, formatVersion, nodeName, plainText, uuid } from "../json/json.ts";

/** A topic triggers arrive on: `node.exec.request.<group>`. The end is anchored for real: no line break may follow. */
export const TRIGGER_TOPIC = /^node\.exec\.request\.[a-z0-9][a-z0-9_-]*$/;

const values = z.record(contractKey, anyJson("A value by its contract key.")).default({});

/** A message that invokes a node, or states a goal, of a group. */
export const busTrigger = z
  .looseObject({
    schema_version: formatVersion(1)
      .default("1.0.0")
      .describe("Version of this format; a newer major version is refused."),
    topic: z.string().max(200).regex(TRIGGER_TOPIC, "a topic such as node.exec.request.reports is required"),
    trigger_id: uuid,
    correlation_id: uuid.nullish().describe("Assigned by the host when missing."),
    idempotent_key: plainText.min(1).max(255).describe("Two messages with the same key are one."),
    source: plainText.min(1).max(256).describe("Who sends."),
    node: nodeName.nullish().describe("The node to execute; null lets the nodes of the group select themselves."),
    want: z.array(contractKey).max(1_000).default([]).describe("Contract keys to produce, when a goal is stated."),
    input: values.describe("The input state, or the given values of the goal."),
    tags: z
      .array(plainText.min(1).max(256))
      .max(100)
      .default([])
      .describe("Only nodes that carry all of these select themselves."),
    min_trust: z.number().min(0).max(1).default(0).describe("Only nodes trusted this much select themselves."),
    ...chainFields,
  })
  .meta({ title: "Bus trigger", description: "A message that invokes a node, or states a goal, of a group." });

/** The message as it is sent over HTTP: what its format does not know is refused. */
export const busTriggerSent = z.strictObject(busTrigger.shape).meta({
  id: "BusTrigger",
  title: "Bus trigger",
  description: "A message that invokes a node, or states a goal, of a group.",
});

/** The message as a reader has it, defaults filled. */
export type BusTrigger = z.output<typeof busTrigger>;
/** The message as a sender may write it. */
export type BusTriggerInput = z.input<typeof busTrigger>;
