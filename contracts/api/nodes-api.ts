import { z } from "zod";
import { anyObject } from "../json/any-json.ts";
import { contractKey, nodeName, plainText, semver, uuid } from "../json/json.ts";
import type { Wire } from "../json/wire.ts";
import { MAX_NODE_FILES, nodeFileName } from "../documents/node-files.ts";
import { nextCursor, soughtText } from "./listing.ts";

const text = (what: string) =>
  z.string({ error: ({ input }) => (input === undefined ? `${what} is required` : `${what} must be a string`) });

const LIFECYCLES = ["draft", "review", "active", "deprecated", "archived"] as const;
const KINDS = ["compute", "effect", "reducer", "orchestrator"] as const;

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
      files: z
        .record(nodeFileName, text("a file's text"))
        .refine((files) => Object.keys(files).length <= MAX_NODE_FILES, `at most ${MAX_NODE_FILES} files are kept`)
        .optional()
        .meta({
          description:
            "Further files of the node's folder, by path: README.md, and cases.json, whose cases the node must keep to " +
            "be active. They are no part of what the node is: others may be sent for the very same node.",
        }),
    },
    { error: "a JSON object {metadata, contract, code?, files?} is required" },
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
    lifecycle: z.enum(LIFECYCLES),
    kind: z.enum(KINDS),
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

/** One thing a node says of itself. */
const nodeCase = z.object({
  name: z.string(),
  input: anyObject("The input state."),
  output: z
    .union([anyObject("The output state."), z.null()])
    .meta({ description: "What it makes of it; null when nothing is promised but that its contract holds." }),
  place: z.string().meta({ description: "Where it is written: `contract.yaml:$.examples`, `cases.json:$.cases[0]`." }),
});

/** `GET /v1/nodes/{name}/{version}`: everything that is kept of one version. */
export const nodeDetail = nodeVersion
  .extend({
    deprecated_by: z.string().nullable().meta({ description: "The uuid of the node that takes over." }),
    archived_reason: z.string().nullable(),
    uuid: z.string(),
    metadata: z.string().meta({ description: "The text of node.onex.yaml, as it was registered." }),
    contract: z.string().meta({ description: "The text of contract.yaml." }),
    code: z.string().nullable().meta({ description: "Null for a node whose code is not registered." }),
    files: z.record(z.string(), z.string()).meta({ description: "Further files of its folder, by path." }),
    cases: z.array(nodeCase).meta({ description: "The example of its contract, then those of cases.json." }),
  })
  .meta({ id: "NodeDetail", title: "Node detail", description: "A version of a node with the texts it consists of." });

/** `POST /v1/nodes/{name}/{version}/lifecycle`. */
export const lifecycleRequest = z
  .strictObject({
    to: z.enum(LIFECYCLES).meta({ description: "The state to move to." }),
    reason: plainText
      .min(1)
      .max(2_000)
      .optional()
      .meta({ description: "Why it is archived; needed for that, and for nothing else." }),
    replaced_by: z
      .union([uuid, z.string().regex(/^[a-z][a-z0-9_]{0,99}(@\d+\.\d+\.\d+)?$/)], {
        error: "a uuid, a node's name, or name@version is required",
      })
      .optional()
      .meta({ description: "The node that takes over from a deprecated one: its uuid, its name or `name@version`." }),
  })
  .meta({
    id: "LifecycleRequest",
    title: "Lifecycle request",
    description: "Moves a registered node to another lifecycle state.",
    examples: [{ to: "active" }, { to: "deprecated", replaced_by: "word_stats" }, { to: "archived", reason: "unused" }],
  });

/** What a lifecycle move answers. */
export const lifecycleMoved = z
  .object({
    name: z.string(),
    version: z.string(),
    from: z.enum(LIFECYCLES),
    to: z.enum(LIFECYCLES),
    changed: z.boolean().meta({ description: "False when it was there already." }),
    registry_version: z.string().meta({ description: "The registry version that shows it." }),
  })
  .meta({ id: "LifecycleMoved", title: "Lifecycle moved", description: "Where a node stands now." });

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

/** The conditions of `GET /v1/nodes`; all that are given hold. */
export const nodeQuery = z.object({
  name: nodeName.optional().meta({ description: "This name; all its versions." }),
  version: semver.optional().meta({ description: "This version." }),
  lifecycle: z.enum(LIFECYCLES).optional(),
  kind: z.enum(KINDS).optional(),
  entrypoint: z
    .string()
    .regex(/^[a-z]{1,40}$/, "a type of entrypoint is required")
    .optional()
    .meta({ description: "The type of its entrypoint, such as `function`." }),
  tag: soughtText("A tag it has."),
  consumes: contractKey.optional().meta({ description: "A contract key it needs or may take." }),
  produces: contractKey.optional().meta({ description: "A contract key it gives." }),
  text: soughtText("A part of its name or description, in any case."),
});

/** `GET /v1/nodes`: a page of the list, which is sorted by name, then newest version first. */
export const nodeList = z
  .object({ registry_version: z.string(), nodes: z.array(nodeListItem), next: nextCursor })
  .meta({
    id: "NodeList",
    title: "Node list",
    description: "A page of the registry's nodes, at one version.",
  });

export type RegisterNode = z.input<typeof registerNode>;
export type NodeQuery = z.output<typeof nodeQuery>;
/** The same as a client gives it. */
export type NodeFilter = Wire<z.input<typeof nodeQuery>>;
export type NodeListItem = Wire<z.output<typeof nodeListItem>>;
export type NodeVersion = Wire<z.output<typeof nodeVersion>>;
export type NodePage = Wire<z.output<typeof nodePage>>;
export type NodeDetail = Wire<z.output<typeof nodeDetail>>;
export type NodeRegistered = Wire<z.output<typeof nodeRegistered>>;
export type NodeList = Wire<z.output<typeof nodeList>>;
export type LifecycleRequest = z.input<typeof lifecycleRequest>;
export type LifecycleMoved = Wire<z.output<typeof lifecycleMoved>>;
