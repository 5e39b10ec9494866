import { baseName, extensionOf } from "../metadata/dialect.ts";
import { TELLING_FIELDS } from "../metadata/telling-fields.ts";

/** Documents that have a schema of their own, beside the metadata they may carry. */
export type DocumentKind = "state_contract" | "tree_format" | "execution_result";

/** What a file is besides a carrier of metadata: a document with a schema, or metadata written as a document. */
export type ContentKind = DocumentKind | "onex_node";

/** Longer texts are no documents of these kinds and are not searched for one. */
const MAX_PROBED_CHARS = 256 * 1024;
const DATA = new Set(["yaml", "yml", "json"]);

/** Where a top-level field stands in YAML, or in JSON written one member a line. */
const FIELD = (names: string): string => `^(?:(?:${names})|(?:\\{| {0,4}|\\t)"(?:${names})")[ \\t]*:`;
const hasField = (names: string): RegExp => new RegExp(FIELD(names), "m");

/** A schema describes documents; it is none. */
const IS_SCHEMA = hasField("\\$schema|SCHEMA_VERSION|\\$title");

const NODE_FIELDS = TELLING_FIELDS.map(hasField);
/** So many fields of metadata no other document has. */
const ENOUGH_FIELDS = 6;

const CONTRACT_SIDE = hasField("input_state|output_state|input_contract|output_contract");
const CONTRACT_IDENTITY = hasField("node_name|node_id|contract_name|contract_schema_version");
/** Contracts of a later generation of the earlier project share the name and nothing else. */
const OTHER_CONTRACT = /^(?:node_type|contract_version)[ \t]*:[ \t]*(?:$|"?[A-Z]+_GENERIC)/m;

const RESULT_BATCH = hasField("batch_id");
const RESULT_LIST = hasField("results");

/** True for an index of a folder; `.onextree` and `.tree` are those of the folder they lie in, others are samples. */
export const isTreeFile = (path: string): boolean => /(^|\.)(onextree|tree)(\.json|\.ya?ml)?$/.test(baseName(path));

/** True for the index of the very folder it lies in. */
export const isFolderIndex = (path: string): boolean => [".onextree", ".tree"].includes(baseName(path));

/**
 * What a file's content is, by its name and, for YAML and JSON, by the fields it has. `text` is what follows the metadata
 * block. Null for everything else.
 */
export function contentKind(path: string, text: string): ContentKind | null {
  if (isTreeFile(path)) return "tree_format";
  if (!DATA.has(extensionOf(path)) || text.length > MAX_PROBED_CHARS || IS_SCHEMA.test(text)) return null;
  const stem = baseName(path)
    .toLowerCase()
    .replace(/\.(ya?ml|json)$/, "");
  if (stem.endsWith("execution_result")) return "execution_result";
  if (stem.endsWith("onex_node")) return "onex_node";
  if (stem.endsWith("state_contract")) return "state_contract";
  if (OTHER_CONTRACT.test(text)) return null;
  if (stem === "contract" || (CONTRACT_SIDE.test(text) && CONTRACT_IDENTITY.test(text))) return "state_contract";
  if (RESULT_BATCH.test(text) && RESULT_LIST.test(text)) return "execution_result";
  return NODE_FIELDS.filter((field) => field.test(text)).length >= ENOUGH_FIELDS ? "onex_node" : null;
}
