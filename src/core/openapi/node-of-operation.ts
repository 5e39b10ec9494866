import type { HttpCall } from "../../../contracts/documents/call.ts";
import { jsonObject, type JsonObject, type JsonSchema } from "../../../contracts/json/json.ts";
import { err, ok, type Result } from "../result.ts";
import { describedNode } from "../scaffold/described-node.ts";
import { yamlValue } from "../scaffold/quoting.ts";
import { clip } from "../text/clip.ts";
import { describedAs } from "./parameters.ts";

/** Who imports, and when. */
export interface Birth {
  /** ISO 8601. */
  readonly createdAt: string;
  readonly author: string;
}

/** An operation in the words of a node. */
export interface OperationDescription {
  readonly name: string;
  readonly prefix: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly kind: "compute" | "effect";
  readonly inputs: readonly { readonly key: string; readonly schema: JsonSchema; readonly required: boolean }[];
  readonly output: { readonly key: string; readonly schema: JsonSchema };
  readonly call: HttpCall;
}

/** A node of an operation, admitted by the code the registry admits with. */
export interface OperationNode {
  readonly name: string;
  readonly version: string;
  /** File name → text: stamped metadata and contract. */
  readonly files: { readonly "node.onex.yaml": string; readonly "contract.yaml": string };
}

const VERSION = "1.0.0";
/** A call waits this long; servers are given more time than functions. */
const TIMEOUT_MS = 30_000;

/**
 * The files of the node. Where the registry would refuse its schemas, they are left out and that is noted; where it
 * refuses more, the error says what.
 */
export function renderOperation(
  described: OperationDescription,
  birth: Birth,
): Result<{ readonly node: OperationNode; readonly notes: readonly string[] }, string> {
  const whole = admitted(described, birth);
  if (whole.ok) return ok({ node: whole.value, notes: [] });
  const bare = admitted(withoutSchemas(described), birth);
  if (!bare.ok) return err(`the registry would refuse it: ${clip(bare.error, 200)}`);
  return ok({ node: bare.value, notes: [`its schemas are left out: ${clip(whole.error, 200)}`] });
}

function withoutSchemas(described: OperationDescription): OperationDescription {
  const { inputs, output } = described;
  return {
    ...described,
    inputs: inputs.map((input) => ({ ...input, schema: {} })),
    output: { ...output, schema: {} },
  };
}

function admitted(described: OperationDescription, { createdAt, author }: Birth): Result<OperationNode, string> {
  const { name, prefix, description, tags, call } = described;
  const own = tags
    .map((tag) => clip(tag.replaceAll(/[^A-Za-z0-9_-]+/g, "-").toLowerCase(), 60))
    .filter((tag) => tag !== "");
  const made = describedNode(
    {
      name,
      version: VERSION,
      description,
      author,
      namespace: `onex.imported.${prefix}.${name}`,
      runtimeLanguage: "none",
      entrypoint: { type: "http", target: originOf(call.url) },
      tags: [...new Set(["openapi", prefix, ...own])],
      origin: `openapi ${call.method} ${call.url} ${name}`,
      createdAt,
    },
    contractOf(described),
  );
  if (!made.ok) return err(`${made.error[0]?.place ?? "its metadata"}: ${made.error[0]?.message ?? "is not valid"}`);
  const { metadata, contract } = made.value.artifacts;
  return ok({ name, version: VERSION, files: { "node.onex.yaml": metadata, "contract.yaml": contract } });
}

function contractOf({ name, description, kind, inputs, output, call }: OperationDescription): string {
  const optional = inputs.filter(({ required }) => !required).map(({ key }) => key);
  const contract: JsonObject = Object.fromEntries(inputs.map(({ key, schema }) => [key, schema]));
  const execution = { cost: 2, latency_ms: 200, timeout_ms: TIMEOUT_MS };
  return [
    `# What ${name} needs and gives, and the request it makes.`,
    "contract_version: 1.0.0",
    `contract_name: ${name}_contract`,
    `contract_description:${yamlValue(description)}`,
    `node_name: ${name}`,
    `kind: ${kind}`,
    `input_contract:${yamlValue(contract)}`,
    `optional_inputs:${yamlValue(optional)}`,
    `output_contract:${yamlValue({ [output.key]: describedAs(output.schema, null) })}`,
    `execution:${yamlValue(execution)}`,
    `call:${yamlValue(jsonObject.parse({ http: call }))}`,
    "",
  ].join("\n");
}

const originOf = (url: string): string => /^https?:\/\/[^/?#]+/.exec(url)?.[0] ?? url;
