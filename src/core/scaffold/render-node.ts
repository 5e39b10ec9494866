import canonicalize from "canonicalize";
import { TEMPLATES } from "../../../contracts/generated/templates.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { ScaffoldSpecification } from "../../../contracts/documents/scaffold.ts";
import { fault, type Fault } from "../errors.ts";
import { hashOf } from "../registry/artifact-hashes.ts";
import type { Lifecycle } from "../registry/node.ts";
import { err, ok, type Result } from "../result.ts";
import { codeModule } from "./code-module.ts";
import { placeholderOf } from "./placeholder.ts";
import { markdownLine, yamlValue } from "./quoting.ts";
import { renderTemplate } from "./template.ts";

/** A scaffolded node's files before stamping, by name. */
export interface RenderedNode {
  readonly files: Readonly<Record<keyof typeof TEMPLATES, string>>;
  /** Where the author's own first line of code is in node.js, 1-based. */
  readonly codeFirstLine: number;
}

/** SHA-256 of a specification's canonical JSON: two equal specifications are the same request, however they are written. */
export const specificationHash = (specification: ScaffoldSpecification): string =>
  hashOf(canonicalize(specification) ?? "");

/** Renders every template. Refusals: SCAFFOLD_INVALID for text that is no Unicode, TEMPLATE_TOKEN for a broken template. */
export function renderNode(specification: ScaffoldSpecification, lifecycle: Lifecycle): Result<RenderedNode, Fault> {
  if (!isWellFormed(specification)) {
    return err(fault("SCAFFOLD_INVALID", "the specification holds half a character (a lone UTF-16 surrogate)"));
  }
  const { code, examples } =
    specification.code === undefined ? placeholderOf(specification) : { ...specification, code: specification.code };
  const module = codeModule(code);
  const shared = tokens(specification, lifecycle, examples);
  const render = (file: keyof typeof TEMPLATES, extra: Readonly<Record<string, string>> = {}) =>
    renderTemplate(file, TEMPLATES[file], { ...shared, ...extra });
  const nodeJs = render("node.js", { module: module.text.trimEnd() });
  if (!nodeJs.ok) return nodeJs;
  const contract = render("contract.yaml");
  if (!contract.ok) return contract;
  const readme = render("README.md");
  if (!readme.ok) return readme;
  const cases = render("cases.json");
  if (!cases.ok) return cases;
  const metadata = render("node.onex.yaml", {
    code_sha256: hashOf(nodeJs.value),
    contract_sha256: hashOf(contract.value),
    readme_sha256: hashOf(readme.value),
    cases_sha256: hashOf(cases.value),
  });
  if (!metadata.ok) return metadata;
  const moduleLine = TEMPLATES["node.js"].split("\n").findIndex((line) => line.includes("{{module}}"));
  return ok({
    files: {
      "node.onex.yaml": metadata.value,
      "contract.yaml": contract.value,
      "node.js": nodeJs.value,
      "README.md": readme.value,
      "cases.json": cases.value,
    },
    codeFirstLine: moduleLine + module.firstLine,
  });
}

type Examples = ScaffoldSpecification["examples"];

function tokens(
  specification: ScaffoldSpecification,
  lifecycle: Lifecycle,
  examples: Examples,
): Record<string, string> {
  const { name, version, description, author, input_contract: inputs, output_contract: outputs } = specification;
  const [shown] = examples;
  return {
    name,
    version,
    group_yaml: specification.group === undefined ? "" : `group:${yamlValue(specification.group)}\n`,
    lifecycle,
    namespace: specification.namespace ?? `onex.generated.${name}`,
    description_yaml: yamlValue(description),
    description_text: markdownLine(description),
    author_yaml: yamlValue(author),
    author_text: markdownLine(author),
    tags_yaml: yamlValue(specification.tags),
    input_contract_yaml: yamlValue(inputs),
    optional_inputs_yaml: yamlValue(specification.optional_inputs),
    output_contract_yaml: yamlValue(outputs),
    execution_yaml: yamlValue(specification.execution as JsonObject),
    examples_yaml: yamlValue(shown ? { valid_input: shown.input, valid_output: shown.output } : {}),
    specification_sha256: specificationHash(specification),
    keys_table: [...rows("needs", inputs, specification.optional_inputs), ...rows("gives", outputs, [])].join("\n"),
    cases_json: JSON.stringify(examples, null, 2).replaceAll("\n", "\n  "),
  };
}

const rows = (verb: string, contract: Readonly<Record<string, JsonObject>>, optional: readonly string[]): string[] =>
  Object.entries(contract).map(([key, schema]) => {
    const how = optional.includes(key) ? `${verb}, optional` : verb;
    const type = schema["type"];
    return `| ${how} | \`${key}\` | ${markdownLine(typeof type === "string" ? type : JSON.stringify(type ?? "any"))} |`;
  });

function isWellFormed(value: unknown): boolean {
  const open: unknown[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === "string") {
      if (!next.isWellFormed()) return false;
    } else if (typeof next === "object" && next !== null) {
      for (const [key, member] of Object.entries(next)) open.push(key, member);
    }
  }
  return true;
}
