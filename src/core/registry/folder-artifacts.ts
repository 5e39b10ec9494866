import type { JsonObject } from "../../../contracts/json/json.ts";
import { parseEntrypoint } from "../metadata/entrypoint.ts";
import { declaredArtifacts } from "../scan/references.ts";
import { CONTRACT_FILE, METADATA_FILE } from "./artifact-hashes.ts";
import { CASES_FILE } from "./cases.ts";
import { entrypointTraits, hasCode } from "./entrypoints.ts";
import { isNodeFile } from "./node-files.ts";
import type { NodeArtifacts } from "./node.ts";

/** Files that are registered along with a node where its folder has them. */
const USUAL_FILES = ["README.md", CASES_FILE];

/**
 * The texts of a node as its folder has them: what is registered of it. Null without a contract. With it go its README,
 * its cases, every file whose hash its metadata declares and one its entrypoint names. `textOf` answers for files of the
 * folder, and for nothing outside of it.
 */
export function folderArtifacts(
  metadata: string,
  fields: JsonObject,
  textOf: (file: string) => string | null,
): NodeArtifacts | null {
  const contract = textOf(CONTRACT_FILE);
  if (contract === null) return null;
  const entrypoint = parseEntrypoint(fields["entrypoint"]);
  const isCode = entrypoint.ok && hasCode(entrypoint.value);
  const isFile = isCode || (entrypoint.ok && entrypointTraits(entrypoint.value.type).hasFile);
  const target = entrypoint.ok && isFile ? [entrypoint.value.target] : [];
  const [code = null] = isCode ? target.map(textOf) : [];
  const own = new Set([METADATA_FILE, CONTRACT_FILE, ...(isCode ? target : [])]);
  const names = new Set([...USUAL_FILES, ...Object.keys(declaredArtifacts(fields)), ...target]);
  const texts = [...names]
    .filter((name) => !own.has(name) && isNodeFile(name))
    .map((name) => [name, textOf(name)] as const);
  const files = Object.fromEntries(texts.flatMap(([name, text]) => (text === null ? [] : [[name, text]])));
  return {
    metadata,
    contract,
    ...(code === null ? {} : { code }),
    ...(Object.keys(files).length === 0 ? {} : { files }),
  };
}
