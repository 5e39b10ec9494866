import type { HttpCall } from "../../../contracts/documents/call.ts";
import { jsonObject, type JsonObject, type JsonSchema } from "../../../contracts/json/json.ts";
import { stamp } from "../metadata/stamp.ts";
import { admitNode } from "../registry/admit.ts";
import { hashOf } from "../registry/artifact-hashes.ts";
import { err, ok, type Result } from "../result.ts";
import { derivedUuid } from "../scaffold/derived-uuid.ts";
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

function admitted(described: OperationDescription, birth: Birth): Result<OperationNode, string> {
  const contract = contractOf(described);
  const stamped = stamp(metadataOf(described, contract, birth), {
    path: `${described.name}/node.onex.yaml`,
    now: birth.createdAt,
    uuid: derivedUuid(`openapi ${described.call.method} ${described.call.url} ${described.name}`),
  });
  if (!stamped.ok) return err(stamped.error[0]?.message ?? "its metadata is not valid");
  const node = admitNode({ metadata: stamped.value.text, contract });
  if (!node.ok) return err(`${node.error[0]?.place ?? ""}: ${node.error[0]?.message ?? ""}`);
  const files = { "node.onex.yaml": stamped.value.text, "contract.yaml": contract };
  return ok({ name: described.name, version: VERSION, files });
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

function metadataOf(
  { name, prefix, description, tags, call }: OperationDescription,
  contract: string,
  { author }: Birth,
): string {
  const own = tags
    .map((tag) => clip(tag.replaceAll(/[^A-Za-z0-9_-]+/g, "-").toLowerCase(), 60))
    .filter((tag) => tag !== "");
  return [
    "metadata_version: 0.1.0",
    "protocol_version: 0.1.0",
    "schema_version: 0.1.0",
    `name: ${name}`,
    `version: ${VERSION}`,
    `description:${yamlValue(description)}`,
    `author:${yamlValue(author)}`,
    `owner:${yamlValue(author)}`,
    `namespace: onex.imported.${prefix}.${name}`,
    "lifecycle: active",
    "meta_type: tool",
    "runtime_language_hint: none",
    "state_contract: state_contract://contract.yaml",
    "entrypoint:",
    "  type: http",
    `  target:${yamlValue(originOf(call.url))}`,
    `tags:${yamlValue([...new Set(["openapi", prefix, ...own])])}`,
    "x_extensions:",
    "  artifacts:",
    `    contract.yaml: ${hashOf(contract)}`,
    "",
  ].join("\n");
}

const originOf = (url: string): string => /^https?:\/\/[^/?#]+/.exec(url)?.[0] ?? url;
