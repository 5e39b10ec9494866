import { z } from "zod";
import { anyJson } from "../json/any-json.ts";
import { contractKey, nodeName } from "../json/json.ts";
import { policy, policyWire } from "./policy.ts";

/** `node.execute` as it travels: one node, by name, with its input state. */
export const executeWire = z
  .strictObject({
    node: nodeName.optional().describe("The node's name; the envelope's target_node serves as well."),
    version: z
      .string()
      .max(100)
      .optional()
      .describe("A semantic version range; the newest allowed version when absent."),
    input: z
      .record(contractKey, anyJson("A value of the input state."))
      .default({})
      .describe("The input state, by contract key."),
    policy: policyWire.prefault({}),
  })
  .describe("One node to execute with its input state.");

/** The same with the planner's policy. */
export const execute = executeWire.extend({ policy: policy.prefault({}) });

export type ExecuteInput = z.input<typeof executeWire>;
