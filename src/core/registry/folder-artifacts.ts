import type { JsonObject } from "../../../contracts/json/json.ts";
import { parseEntrypoint } from "../metadata/entrypoint.ts";
import { CONTRACT_FILE } from "./artifact-hashes.ts";
import { hasCode } from "./entrypoints.ts";
import type { NodeArtifacts } from "./node.ts";

/**
 * The texts of a node as its folder has them: what is registered of it. Null without a contract. `textOf` answers for
 * files of the folder, and for nothing outside of it.
 */
export function folderArtifacts(
  metadata: string,
  fields: JsonObject,
  textOf: (file: string) => string | null,
): NodeArtifacts | null {
  const contract = textOf(CONTRACT_FILE);
  if (contract === null) return null;
  const entrypoint = parseEntrypoint(fields["entrypoint"]);
  const code = entrypoint.ok && hasCode(entrypoint.value) ? textOf(entrypoint.value.target) : null;
  return { metadata, contract, ...(code === null ? {} : { code }) };
}
