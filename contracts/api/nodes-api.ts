import { z } from "zod";

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

/** A node as it is shown. Open: more fields follow what the registry keeps. */
export const nodeView = z.looseObject({ name: z.string() }).meta({
  id: "Node",
  title: "Node",
  description: "A node of the registry.",
  examples: [{ name: "noop", version: "1.0.0" }],
});

/** The answer to a registration, both to the first and to a repeated one. */
export const nodeRegistered = z
  .object({
    created: z.boolean().meta({ description: "False when the very same node was registered before." }),
    registry_version: z
      .string()
      .meta({ description: "Send it as x-onex-registry-version to see this write anywhere." }),
    node: nodeView,
  })
  .meta({
    id: "NodeRegistered",
    title: "Node registered",
    description: "What the registry holds now.",
    examples: [{ created: true, registry_version: "7.0", node: { name: "noop", version: "1.0.0" } }],
  });

/** `GET /v1/nodes`. */
export const nodeList = z.object({ registry_version: z.string(), nodes: z.array(nodeView) }).meta({
  id: "NodeList",
  title: "Node list",
  description: "Every node of the registry, at one version.",
  examples: [{ registry_version: "7.0", nodes: [{ name: "noop", version: "1.0.0" }] }],
});

export type RegisterNode = z.input<typeof registerNode>;
export type NodeView = z.output<typeof nodeView>;
export type NodeRegistered = z.output<typeof nodeRegistered>;
export type NodeList = z.output<typeof nodeList>;
