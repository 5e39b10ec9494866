import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonSchema } from "../../../contracts/json/json.ts";
import { contractFrom } from "../contract/load-contract.ts";
import { validateState } from "../contract/validate-state.ts";
import type { MetadataProblem } from "../metadata/problem.ts";
import { problem } from "../metadata/problem.ts";
import { parseTree } from "../tree/tree-text.ts";
import { readYaml } from "../metadata/yaml.ts";
import type { DocumentKind } from "./document-kind.ts";

const text: JsonSchema = { type: "string" };
const texts: JsonSchema = { type: "array", items: text };

/** The result of a batch: what runs write, and what the earlier project's JSON schema says. */
const BATCH_RESULT: JsonSchema = {
  type: "object",
  required: ["batch_id", "status", "results", "started_at", "completed_at"],
  properties: {
    batch_id: text,
    status: { enum: ["success", "partial", "failure"] },
    trust_delta: { type: "number" },
    started_at: text,
    completed_at: text,
    results: {
      type: "array",
      items: {
        type: "object",
        required: ["node_id", "success", "execution_time_ms", "status"],
        properties: {
          node_id: text,
          success: { type: "boolean" },
          execution_time_ms: { type: "number" },
          status: { enum: ["success", "failure", "skipped", "error"] },
          input_hash: text,
          output_hash: text,
          errors: texts,
          warnings: texts,
          metadata: { type: "object" },
        },
      },
    },
  },
};

/** The result of one node, the earlier project's YAML schema. */
const NODE_RESULT: JsonSchema = {
  type: "object",
  required: ["status", "output"],
  properties: {
    status: { enum: ["success", "error", "warning", "skipped", "fixed", "partial", "info", "unknown"] },
    output: { type: "object" },
    metadata: { type: "object" },
    messages: { type: "array", items: { type: "object" } },
  },
};

/** Checks a document against the schema of its kind: everything wrong with it, lines counted from its own first line. */
export function documentProblems(kind: DocumentKind, source: string): readonly MetadataProblem[] {
  if (kind === "tree_format") {
    const tree = parseTree(source);
    return tree.ok ? tree.value.warnings : tree.error;
  }
  // A contract is read as registration reads it; results are files of any size.
  const limits = kind === "state_contract" ? {} : { maxTokens: 256 * 1024 };
  const yaml = readYaml(source.charCodeAt(0) === 0xfeff ? source.slice(1) : source, limits);
  if (!yaml.ok) return [problem("SC001", yaml.error.message, "correct the syntax", { line: yaml.error.line })];
  if (!isObject(yaml.value)) return [problem("SC002", `a ${kind} is a mapping`, "write fields and values")];
  const found = kind === "state_contract" ? contractProblems(yaml.value) : resultProblems(yaml.value);
  return found.map((one) => ({ ...one, line: one.line ?? lineOfKey(source, one.field ?? "") }));
}

function contractProblems(value: JsonObject): MetadataProblem[] {
  // The published schema is a stub that wants nothing but a state; documents that satisfy it exist.
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0] === "state" && isObject(value["state"] ?? null)) return [];
  const loaded = contractFrom(value);
  const found = loaded.ok ? loaded.value.warnings : loaded.error;
  return found.map(({ code, place, message, hint, severity }) =>
    problem(code, `${place} ${message}`, hint, { severity, field: topOf(place) }),
  );
}

/** A result may have either shape; of one with neither, the nearer shape's faults are told. */
function resultProblems(value: JsonObject): MetadataProblem[] {
  const asBatch = validateState(BATCH_RESULT, value);
  const asNode = validateState(NODE_RESULT, value);
  if (asBatch.length === 0 || asNode.length === 0) return [];
  const isBatch = "batch_id" in value || "results" in value;
  return (isBatch ? asBatch : asNode).map(({ place, message }) =>
    problem("SC002", `${place} ${message}`, "see docs/schemas/execution-result.md", { field: topOf(place) }),
  );
}

/** `$.results[0].status` → `results`. */
const topOf = (place: string): string => /^\$\.?(?:\["([^"]*)"\]|([^.[\]]*))/.exec(place)?.slice(1).find(Boolean) ?? "";

/** The line of a top-level key, in YAML or in JSON written one member a line. */
function lineOfKey(source: string, key: string): number | null {
  if (key === "") return null;
  const index = source.split("\n").findIndex((line) => {
    const start = line.trimStart();
    return start.startsWith(`${key}:`) || start.startsWith(`"${key}":`);
  });
  return index === -1 ? null : index + 1;
}
