import { baseName, extensionOf } from "../metadata/dialect.ts";

/** Documents that have a schema of their own, beside the metadata they may carry. */
export type DocumentKind = "state_contract" | "tree_format" | "execution_result";

/** What a file is besides a carrier of metadata: a document with a schema, or metadata written as a document. */
export type ContentKind = DocumentKind | "onex_node";

/** Longer texts are no documents of these kinds and are not searched for one. */
const MAX_PROBED_CHARS = 256 * 1024;
const DATA = new Set(["yaml", "yml", "json"]);

/** A schema describes documents; it is none. So does a template. */
const IS_SCHEMA = /^[ \t{]*"?(?:\$schema|SCHEMA_VERSION|\$title)"?[ \t]*:/m;

const NODE_FIELD =
  /^[ \t]*"?(name|uuid|author|created_at|last_modified_at|hash|entrypoint|namespace|lifecycle|meta_type|state_contract|metadata_version)"?[ \t]*:/gm;
/** So many fields of metadata no other document has. */
const ENOUGH_FIELDS = 6;

const CONTRACT_SIDE = /^[ \t]*"?(?:input_state|output_state|input_contract|output_contract)"?[ \t]*:/m;
const CONTRACT_IDENTITY = /^[ \t]*"?(?:node_name|node_id|contract_name|contract_schema_version)"?[ \t]*:/m;
/** Contracts of a later generation of the earlier project share the name and nothing else. */
const OTHER_CONTRACT = /^(?:node_type|contract_version)[ \t]*:[ \t]*(?:$|"?[A-Z]+_GENERIC)/m;

const RESULT_BATCH = /^[ \t]*"?batch_id"?[ \t]*:/m;
const RESULT_LIST = /^[ \t]*"?results"?[ \t]*:/m;

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
  const fields = new Set(Array.from(text.matchAll(NODE_FIELD), (match) => match[1]));
  return fields.size >= ENOUGH_FIELDS ? "onex_node" : null;
}
