import { z } from "zod";
import { anyObject } from "../json/any-json.ts";
import { contractKey, nodeName, plainText, semver } from "../json/json.ts";
import { executionProfile } from "./state-contract.ts";

/** Longest code a specification may bring, in characters. */
const MAX_CODE_CHARS = 256 * 1024;
const MAX_EXAMPLES = 100;

const contract = z.record(contractKey, anyObject("A JSON Schema."));

const example = z.strictObject({
  name: plainText.min(1).max(200).optional(),
  input: anyObject("The whole input state: one property a contract key."),
  output: anyObject("The output state the function must return for it."),
});

/**
 * What the scaffold builds a node from. A node's state is flat: `{"document.text": "…"}`. `code` is the body of
 * `function (input) { … }`; an arrow function, a function expression or a module with a default export is accepted too.
 */
export const scaffoldSpecification = z
  .strictObject({
    name: nodeName,
    version: semver.default("1.0.0"),
    description: z.string().trim().min(1).max(2_000),
    author: plainText.trim().min(1).max(200).default("ONEX scaffold"),
    namespace: z
      .string()
      .max(200)
      .regex(/^(omninode|onex|omnibase)\.[a-zA-Z0-9_.]+$/, "a namespace looks like onex.generated.example")
      .optional()
      .describe("Default: onex.generated.<name>."),
    tags: z.array(plainText.min(1).max(100)).max(50).default([]),
    input_contract: contract.default({}).describe("Contract key to JSON Schema: what the function gets."),
    output_contract: contract
      .refine((keys) => Object.keys(keys).length > 0, "a node gives at least one contract key")
      .describe("Contract key to JSON Schema: what the function returns."),
    optional_inputs: z.array(contractKey).default([]).describe("Keys of input_contract that may be missing."),
    code: z
      .string()
      .min(1)
      .max(MAX_CODE_CHARS)
      .optional()
      .describe("JavaScript. Without it the node is a draft with placeholder code."),
    examples: z.array(example).max(MAX_EXAMPLES).default([]).describe("Run before the node is registered."),
    group: plainText
      .max(100)
      .optional()
      .describe("The group the node is in: whoever sends the group a message may reach it."),
    // What concerns runners alone is nothing for a function.
    execution: executionProfile
      .omit({ pool: true, queue_timeout_ms: true, sandbox: true })
      .prefault({})
      .describe("How the node is run."),
  })
  .superRefine((specification, context) => {
    for (const [index, key] of specification.optional_inputs.entries()) {
      if (Object.hasOwn(specification.input_contract, key)) continue;
      const message = `${key} is not a key of input_contract`;
      context.addIssue({ code: "custom", path: ["optional_inputs", index], message });
    }
    const both = Object.keys(specification.output_contract).filter((key) =>
      Object.hasOwn(specification.input_contract, key),
    );
    for (const key of both) {
      context.addIssue({
        code: "custom",
        path: ["output_contract", key],
        message: "a node cannot give the key it needs",
      });
    }
  })
  .meta({
    id: "ScaffoldSpecification",
    title: "Scaffold specification",
    description: "A node to be built: its contract, its code, and the examples that prove it.",
  });

export type ScaffoldSpecification = z.output<typeof scaffoldSpecification>;
export type ScaffoldSpecificationInput = z.input<typeof scaffoldSpecification>;
