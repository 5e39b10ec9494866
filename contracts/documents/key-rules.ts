import { z } from "zod";
import { contractKey, nodeName, plainText } from "../json/json.ts";

/** What an owner says of a contract key, whoever consumes or produces it. */
export const keyRule = z
  .strictObject({
    only: z
      .array(nodeName)
      .min(1, "name at least one node, or nobody could ever produce the key")
      .max(100)
      .optional()
      .describe("Names of the nodes that may produce the key; absent: anybody."),
    description: plainText.max(2_000).optional().describe("What a value of the key means."),
  })
  .describe("What the owner of a contract key says of it.");

/** Contract key to what its owner says of it. */
export const keyRules = z.record(contractKey, keyRule).describe("What the node's owner says of contract keys.");

/** Who may plan a node: everybody, or nobody: then it is reached by its name alone. */
export const visibility = z
  .enum(["public", "private"])
  .describe("private: reached by its name alone, in composites, graphs and node.execute, and never planned.");

export type KeyRuleWire = z.infer<typeof keyRule>;
