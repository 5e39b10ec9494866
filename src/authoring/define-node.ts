import { z } from "zod";
import type { JsonObject, JsonSchema } from "../../contracts/json/json.ts";
import { jsonObject } from "../../contracts/json/json.ts";
import type { Entrypoint, NodeArtifacts, NodeDefinition, NodeKind } from "../core/registry/node.ts";
import { describedNode, type DescribedNode, type DescriptionProblem } from "../core/scaffold/described-node.ts";
import { yamlValue } from "../core/scaffold/quoting.ts";
import type { AbortSignalLike } from "../spi/handler.ts";

/** What a node's function may know of its call. */
export interface RunContext {
  readonly correlationId: string;
  readonly runId: string;
  readonly stepId: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** The same for every attempt of this step: hand it to whatever you change, so that it is changed once. */
  readonly idempotencyKey: string;
  /** Aborted when the attempt's time is over. */
  readonly signal: AbortSignalLike;
}

type Shape = z.ZodObject;

/** A node in one place: who it is, what it takes and gives, and what it does. */
export interface NodeDeclaration<Input extends Shape, Output extends Shape> {
  /** Lower case letters, digits and underscores. */
  readonly name: string;
  /** major.minor.patch; raise it with every change. */
  readonly version: string;
  readonly description?: string;
  readonly author?: string;
  /** Default `onex.authored.<name>`. */
  readonly namespace?: string;
  /** Default compute; an effect changes the world. */
  readonly kind?: NodeKind;
  readonly tags?: readonly string[];
  /** By contract key: `z.object({ "document.text": z.string() })`. Optional members are optional inputs. */
  readonly input: Input;
  readonly output: Output;
  /** The contract's `execution`: cost, timeout_ms, retry, … */
  readonly execution?: JsonObject;
  readonly example?: { readonly input: z.input<Input>; readonly output?: z.output<Output> };
  /** When the node was first made, ISO 8601: part of its metadata, so it never changes by itself. */
  readonly createdAt?: string;
  readonly run: (input: z.output<Input>, context: RunContext) => z.input<Output> | Promise<z.input<Output>>;
}

/** Where a node is registered as being. */
export type Placing =
  /** In the Worker it is bundled with. */
  | { readonly kind: "builtin" }
  /**
   * In a Worker that is bound to the deployment: `BINDING#method`, which `answerCalls` answers, or `BINDING#fetch`, which
   * `serveNodes` answers, signed with a secret of this name.
   */
  | { readonly kind: "service"; readonly target: string; readonly secretRef?: string }
  /** At an address that `serveNodes` answers, signed with a secret of this name. */
  | { readonly kind: "remote"; readonly url: string; readonly secretRef: string };

/** A node that was defined. */
export interface DefinedNode<Input extends Shape = Shape, Output extends Shape = Shape> {
  readonly name: string;
  readonly version: string;
  readonly declaration: NodeDeclaration<Input, Output>;
  /** As its own Worker's registry holds it. */
  readonly definition: NodeDefinition;
  /** What to register: metadata with its true hash, and contract. Throws TypeError when the registry would refuse it. */
  artifacts(placing?: Placing): NodeArtifacts;
  /** Checks the input, runs, checks the output. Rejects with ZodError or with what `run` rejects with. */
  execute(input: unknown, context: RunContext): Promise<JsonObject>;
}

const BUILTIN: Placing = { kind: "builtin" };
const FIRST_MADE = "2026-01-01T00:00:00.000Z";

/**
 * Defines a node. Metadata, contract and hashes follow from the declaration alone, so the same declaration is the same node
 * everywhere. Throws TypeError, with everything that is wrong, for what the registry would refuse.
 */
export function defineNode<Input extends Shape, Output extends Shape>(
  declaration: NodeDeclaration<Input, Output>,
): DefinedNode<Input, Output> {
  const { name, version, input, output } = declaration;
  const { definition } = made(declaration, BUILTIN);
  return {
    name,
    version,
    declaration,
    definition,
    artifacts: (placing = BUILTIN) => made(declaration, placing).artifacts,
    async execute(given, context) {
      const returned = await declaration.run(await input.parseAsync(given), context);
      return jsonObject.parse(await output.parseAsync(returned));
    },
  };
}

function made<Input extends Shape, Output extends Shape>(
  declaration: NodeDeclaration<Input, Output>,
  placing: Placing,
): DescribedNode {
  const { name, version, description = name, author = "unknown", namespace, tags = [] } = declaration;
  const described = describedNode(
    {
      name,
      version,
      description,
      author,
      namespace: namespace ?? `onex.authored.${name}`,
      runtimeLanguage: "typescript",
      entrypoint: entrypointOf(placing, `${name}@${version}`),
      tags,
      origin: `authored ${namespace ?? ""} ${name} ${version}`,
      createdAt: declaration.createdAt ?? FIRST_MADE,
    },
    contractOf(declaration, placing),
  );
  if (!described.ok) throw refusal(name, described.error);
  return described.value;
}

/** A built-in node's target names its version: a later bundle may hold another, or several. */
function entrypointOf(placing: Placing, builtin: string): Entrypoint {
  if (placing.kind === "remote") return { type: "http", target: placing.url };
  return placing.kind === "service"
    ? { type: "service", target: placing.target }
    : { type: "builtin", target: builtin };
}

const refusal = (name: string, problems: readonly DescriptionProblem[]): TypeError =>
  new TypeError(
    `the node ${name} cannot be: ${problems.map(({ message, place }) => (place === undefined ? message : `${place}: ${message}`)).join("; ")}`,
  );

function contractOf<Input extends Shape, Output extends Shape>(
  declaration: NodeDeclaration<Input, Output>,
  placing: Placing,
): string {
  const { name, description = name, kind = "compute", execution = {}, example } = declaration;
  const inputs = keysOf(declaration.input, "input");
  const outputs = keysOf(declaration.output, "output");
  const optional = Object.keys(inputs.schemas).filter((key) => !inputs.required.has(key));
  const examples =
    example === undefined
      ? {}
      : { valid_input: example.input, ...(example.output === undefined ? {} : { valid_output: example.output }) };
  return [
    "contract_version: 1.0.0",
    `contract_name: ${name}_contract`,
    `contract_description:${yamlValue(description)}`,
    `node_name: ${name}`,
    `kind: ${kind}`,
    `input_contract:${yamlValue(inputs.schemas)}`,
    `optional_inputs:${yamlValue(optional)}`,
    `output_contract:${yamlValue(outputs.schemas)}`,
    `output_state:${yamlValue(outputs.whole)}`,
    `execution:${yamlValue(execution)}`,
    `examples:${yamlValue(jsonObject.parse(examples))}`,
    ...(placing.kind === "builtin" || placing.secretRef === undefined
      ? []
      : [`remote:${yamlValue({ secret_ref: placing.secretRef })}`]),
    "",
  ].join("\n");
}

interface Keys {
  readonly schemas: Readonly<Record<string, JsonSchema>>;
  readonly required: ReadonlySet<string>;
  readonly whole: JsonSchema;
}

/** The members of an object's schema as contract keys. */
function keysOf(shape: Shape, io: "input" | "output"): Keys {
  const { $schema: _, ...whole } = z.toJSONSchema(shape, { io, unrepresentable: "throw" });
  const schema = jsonObject.parse(JSON.parse(JSON.stringify(whole)));
  const { properties, required, $defs } = schema;
  const members = Object.entries(jsonObject.parse(properties ?? {}));
  const schemas = members.map(([key, member]): [string, JsonSchema] => {
    const one = jsonObject.parse(member);
    return [key, $defs === undefined ? one : { ...one, $defs }];
  });
  const names = z.array(z.string()).parse(required ?? []);
  const open = {
    type: "object",
    properties: properties ?? {},
    required: names,
    ...($defs === undefined ? {} : { $defs }),
  };
  return { schemas: Object.fromEntries(schemas), required: new Set(names), whole: open };
}
