import { extname } from "node:path";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { readYaml } from "../../core/metadata/yaml.ts";
import { textOfFile } from "../files/read-file.ts";
import { usageFailure } from "../shell.ts";

/** What the command line says of a node to be generated. */
export interface SpecificationOptions {
  /** A file with a whole specification, YAML or JSON; what else is given overrides it. */
  readonly spec?: string;
  readonly description?: string;
  readonly nodeVersion?: string;
  readonly author?: string;
  readonly namespace?: string;
  readonly tag?: readonly string[];
  /** `key` or `key:type`. */
  readonly input?: readonly string[];
  readonly optionalInput?: readonly string[];
  readonly output?: readonly string[];
  /** A file with the function. */
  readonly code?: string;
}

/** The specification the options make, to be read by the same rules as the scaffold node's. */
export function specificationFrom(
  name: string,
  options: SpecificationOptions,
  author: string | null,
  cwd: string,
): JsonValue {
  const spec = options.spec === undefined ? {} : fileSpecification(options.spec, cwd);
  const inputs = { ...contractOf(options.input), ...contractOf(options.optionalInput) };
  const outputs = contractOf(options.output);
  const optional = Object.keys(contractOf(options.optionalInput));
  return {
    description: `${name}: to be described.`,
    ...(author === null ? {} : { author }),
    // A node gives something: without a word about it, one key of its own name.
    output_contract: { [`${name}.output`]: { description: "To be described." } },
    ...spec,
    name,
    ...given("description", options.description),
    ...given("version", options.nodeVersion),
    ...given("author", options.author),
    ...given("namespace", options.namespace),
    ...given("tags", options.tag),
    ...given("code", options.code === undefined ? undefined : textOfFile(options.code, cwd)),
    ...(Object.keys(inputs).length === 0 ? {} : { input_contract: inputs }),
    ...(optional.length === 0 ? {} : { optional_inputs: optional }),
    ...(Object.keys(outputs).length === 0 ? {} : { output_contract: outputs }),
  };
}

const given = (field: string, value: JsonValue | undefined): JsonObject =>
  value === undefined ? {} : { [field]: value };

function fileSpecification(path: string, cwd: string): JsonObject {
  const text = textOfFile(path, cwd);
  const value = readYaml(text, { exact: true });
  if (!value.ok) throw usageFailure(`${path}:${value.error.line}: ${value.error.message}`);
  if (typeof value.value !== "object" || value.value === null || Array.isArray(value.value)) {
    throw usageFailure(`${path}: a specification is a mapping`, "see docs/schemas/scaffold-specification.md");
  }
  const kind = extname(path).toLowerCase();
  if (![".json", ".yaml", ".yml"].includes(kind)) throw usageFailure(`${path}: a specification is a YAML or JSON file`);
  return value.value as JsonObject;
}

const TYPES = new Set(["string", "number", "integer", "boolean", "object", "array", "null", "any"]);

function contractOf(keys: readonly string[] | undefined): Record<string, JsonObject> {
  return Object.fromEntries(
    (keys ?? []).map((key) => {
      const [name = "", type = "any", ...rest] = key.split(":");
      if (rest.length > 0 || !TYPES.has(type)) {
        throw usageFailure(
          `${key} is no contract key`,
          `write key or key:type, the type being one of ${[...TYPES].join(", ")}`,
        );
      }
      return [name, type === "any" ? {} : { type }];
    }),
  );
}
