import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { parseContractReference } from "../metadata/references.ts";
import { declaredArtifacts, type ScanWorld } from "./references.ts";

/**
 * The `x_extensions` of a node with the hashes of its files as they are now, or null when they are true already. A node
 * that declares none gets that of the contract beside it; files that are gone keep what was declared, and are reported
 * by whoever validates.
 */
export function refreshedArtifacts(fields: JsonObject, world: ScanWorld): JsonObject | null {
  const declared = declaredArtifacts(fields);
  const files = Object.keys(declared).length > 0 ? Object.keys(declared) : world.hasFile(CONTRACT) ? [CONTRACT] : [];
  const artifacts = Object.fromEntries(files.map((file) => [file, hashNow(file, world) ?? (declared[file] as string)]));
  if (files.every((file) => artifacts[file] === declared[file])) return null;
  const extensions = fields["x_extensions"];
  const kept = isObject(extensions) ? extensions : {};
  return { ...kept, artifacts };
}

const CONTRACT = "contract.yaml";

function hashNow(file: string, world: ScanWorld): string | null {
  const reference = parseContractReference(file);
  return reference?.kind === "file" ? world.sha256(reference.path) : null;
}
