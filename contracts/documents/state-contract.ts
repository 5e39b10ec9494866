import { z } from "zod";
import { contractKey, jsonObject, nodeName, semver, plainText } from "../json/json.ts";
import { callBlock } from "./call.ts";
import { remoteBlock } from "./remote.ts";
import { limitWire } from "./limit.ts";
import { cliWire, poolName, pythonWire, sandboxWire } from "./runner-blocks.ts";

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

/*
 * A node's state contract, as contract.yaml holds it: the de-facto shape of real contracts, and beyond it what this
 * system needs to plan and run a node. A node's state is a flat object whose property names are contract keys.
 */

const milliseconds = z.int();
const schemas = z.record(contractKey, jsonObject);

/** How a failed attempt is repeated. Ranges are those of the runtime host's binding options. */
const retry = z
  .strictObject({
    max_retries: z.int().min(0).max(10).default(3),
    backoff: z.enum(["fixed", "exponential"]).default("exponential"),
    base_ms: milliseconds.min(10).max(60_000).default(100),
    max_ms: milliseconds.min(100).max(300_000).default(5_000),
  })
  .refine((value) => value.max_ms >= value.base_ms, { error: "must not be less than base_ms", path: ["max_ms"] });

/** What a contract declares about running its node. */
export const executionProfile = z
  .strictObject({
    cost: z.number().min(0).max(1_000_000).default(1).describe("Abstract units; 1 is a cheap pure function."),
    latency_ms: z.number().min(0).max(600_000).default(10).describe("Expected latency of one attempt."),
    timeout_ms: milliseconds.min(100).max(600_000).default(1_000).describe("One attempt may take this long."),
    retry: retry.prefault({}),
    cache: z
      .strictObject({ ttl_s: z.number().positive().max(31_536_000) })
      .nullable()
      .default(null)
      .describe("Result caching by input; null for none. Never honoured for effects."),
    limits: z.array(limitWire).max(16).optional().describe("Limits across runs; all of them must have room."),
    pool: poolName.optional().describe("Which runners execute it; the entrypoint's type when absent."),
    queue_timeout_ms: milliseconds
      .min(100)
      .max(86_400_000)
      .default(60_000)
      .describe("How long an attempt may wait for a runner."),
    sandbox: sandboxWire.prefault({}),
  })
  .describe("How the node is run.");

/** The contract after its aliases were resolved (contract_schema_version, node_id, required_fields …). */
export const stateContractWire = z.looseObject({
  contract_version: semver.default("1.0.0"),
  node_name: nodeName,
  node_version: semver.optional().describe("The version of the metadata; left out, it stands there alone."),
  contract_name: plainText.optional(),
  contract_description: z.string().optional(),
  kind: z.enum(["compute", "effect", "reducer", "orchestrator"]).default("compute"),
  input_contract: schemas.optional().describe("Contract key to JSON Schema: what the node consumes."),
  output_contract: schemas.optional().describe("Contract key to JSON Schema: what the node produces."),
  optional_inputs: z.array(contractKey).optional(),
  input_state: jsonObject
    .optional()
    .describe("JSON Schema of the whole input; derived from input_contract when absent."),
  output_state: jsonObject.optional(),
  error_state: jsonObject.optional(),
  examples: z.looseObject({ valid_input: jsonObject.optional(), valid_output: jsonObject.optional() }).optional(),
  error_codes: z.unknown().optional(),
  metadata: z.unknown().optional(),
  hash: z.string().optional(),
  last_modified_at: z.string().optional(),
  execution: executionProfile.prefault({}),
  config: jsonObject.default({}).describe("Handed to the node with every execution."),
  group: plainText.max(100).optional().describe("The queue group that executes the node."),
  visibility: visibility.default("public"),
  keys: keyRules.default({}),
  graph: jsonObject.optional().describe("The body of a composite node."),
  remote: remoteBlock.optional(),
  call: callBlock.optional().describe("What an http or db node does, without code."),
  cli: cliWire.optional(),
  python: pythonWire.optional(),
});

/** A state contract as it travels, defaults filled. */
export type StateContractWire = z.infer<typeof stateContractWire>;
/** The execution part of a contract, defaults filled. */
export type ExecutionProfileWire = z.infer<typeof executionProfile>;
