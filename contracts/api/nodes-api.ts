import { z } from "zod";
import { anyObject } from "../json/any-json.ts";
import type { Wire } from "../json/wire.ts";

const text = (what: string) =>
  z.string({ error: ({ input }) => (input === undefined ? `${what} is required` : `${what} must be a string`) });

/** `POST /v1/nodes`: the texts a node consists of. */
export const registerNode = z
  .strictObject(
    {
      metadata: text("the text of node.onex.yaml")
        .min(1, "must not be empty")
        .meta({ description: "The text of node.onex.yaml, stamped." }),
      contract: text("the text of contract.yaml")
        .min(1, "must not be empty")
        .meta({ description: "The text of contract.yaml." }),
      code: text("the code").optional().meta({ description: "The JavaScript of a node with entrypoint `function`." }),
    },
    { error: "a JSON object {metadata, contract, code?} is required" },
  )
  .meta({
    id: "RegisterNode",
    title: "Register node",
    description: "The texts of a node.",
    examples: [{ metadata: "# === ONEX:Metadata ===\n…", contract: "contract_version: 1.0.0\n…" }],
  });

const trustView = z.object({
  score: z.number(),
  confidence: z.number().meta({ description: "How much is known, 0 to 1." }),
  samples: z.number().meta({ description: "How many observations the score rests on." }),
});

/** A version of a node as a list shows it. */
export const nodeListItem = z
  .object({
    name: z.string(),
    version: z.string(),
    description: z.string(),
    lifecycle: z.enum(["draft", "review", "active", "deprecated", "archived"]),
    kind: z.enum(["compute", "effect", "reducer", "orchestrator"]),
    entrypoint: z.object({ type: z.string(), target: z.string() }),
    namespace: z.string(),
    tags: z.array(z.string()),
    consumes: z.array(z.string()).meta({ description: "Contract keys it needs or may take." }),
    produces: z.array(z.string()).meta({ description: "Contract keys it gives." }),
    hash: z.string().meta({ description: "Of its metadata block." }),
    digest: z.string().meta({ description: "Of everything it consists of." }),
    execution: z.object({
      cost: z.number(),
      latency_ms: z.number(),
      timeout_ms: z.number(),
      max_retries: z.int(),
      cache_ttl_s: z.number().nullable().meta({ description: "Null when its results are not cached." }),
    }),
    trust: trustView,
  })
  .meta({ id: "NodeListItem", title: "Node list item", description: "A version of a node as a list shows it." });

/** A version of a node on its page. */
export const nodeVersion = nodeListItem
  .extend({
    trust_history: z.array(trustView.extend({ at: z.string() })).meta({ description: "Earlier scores, oldest first." }),
    registered_at: z.string(),
    input_contract: z.record(z.string(), anyObject("A JSON Schema.")),
    optional_inputs: z.array(z.string()),
    output_contract: z.record(z.string(), anyObject("A JSON Schema.")),
  })
  .meta({ id: "NodeVersion", title: "Node version", description: "A version of a node with its contract and trust." });

/** `GET /v1/nodes/{name}`: one name with all its versions, newest first. */
export const nodePage = z
  .object({ name: z.string(), versions: z.array(nodeVersion) })
  .meta({ id: "NodePage", title: "Node page", description: "One name with all its versions, newest first." });

/** The answer to a registration, both to the first and to a repeated one. */
export const nodeRegistered = z
  .object({
    created: z.boolean().meta({ description: "False when the very same node was registered before." }),
    registry_version: z
      .string()
      .meta({ description: "Send it as x-onex-registry-version to see this write anywhere." }),
    node: nodeListItem,
  })
  .meta({ id: "NodeRegistered", title: "Node registered", description: "What the registry holds now." });

/** `GET /v1/nodes`. */
export const nodeList = z.object({ registry_version: z.string(), nodes: z.array(nodeListItem) }).meta({
  id: "NodeList",
  title: "Node list",
  description: "Every node of the registry, at one version.",
});

export type RegisterNode = z.input<typeof registerNode>;
export type NodeListItem = Wire<z.output<typeof nodeListItem>>;
export type NodeVersion = Wire<z.output<typeof nodeVersion>>;
export type NodePage = Wire<z.output<typeof nodePage>>;
export type NodeRegistered = Wire<z.output<typeof nodeRegistered>>;
export type NodeList = Wire<z.output<typeof nodeList>>;
