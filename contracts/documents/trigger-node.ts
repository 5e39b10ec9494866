import { z } from "zod";
import { anyJson } from "../json/any-json.ts";
import { TRIGGER_TOPIC } from "../messages/bus-trigger.ts";
import { contractKey, nodeName, plainText } from "../json/json.ts";
import { policyWire } from "./policy.ts";

/** A group's name, as it ends a topic. */
export const groupName = z
  .string()
  .max(100)
  .regex(/^[a-z0-9][a-z0-9_-]*$/, "a group is lower case letters, digits, dashes and underscores");

const constants = z
  .record(contractKey, anyJson("The value."))
  .default({})
  .describe("Values it is started with, besides what the message brings.");

/** What a trigger node starts: a node, or a goal. */
export const triggerStarts = z.union(
  [
    z.strictObject({
      node: nodeName.describe("The node to execute."),
      version: z.string().max(100).optional().describe("A semantic version range."),
      input: constants,
    }),
    z.strictObject({
      want: z.array(contractKey).min(1).max(1_000).describe("Contract keys to produce."),
      given: constants,
      policy: policyWire.optional(),
    }),
  ],
  { error: "a node {node, version?, input?} or a goal {want, given?, policy?} is required" },
);

/** The `config` of a node whose entrypoint type is `trigger`. */
export const triggerConfig = z
  .strictObject({
    group: groupName.optional().describe("The group it listens to; the contract's own group when absent."),
    topic: z.string().max(200).regex(TRIGGER_TOPIC, "a topic such as node.exec.request.reports is required").optional(),
    tags: z
      .array(plainText.min(1).max(256))
      .max(100)
      .default([])
      .describe("Only messages that carry all of these are for it."),
    starts: triggerStarts,
  })
  .describe("What a trigger node listens to and what it starts.");

export type TriggerConfig = z.output<typeof triggerConfig>;
