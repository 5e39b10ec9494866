import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { isMetadataFile } from "../metadata/dialect.ts";
import type { MetadataProblem } from "../metadata/problem.ts";
import { problem } from "../metadata/problem.ts";
import type { BlockReading } from "../metadata/reading.ts";
import { parseContractReference, referenceProblems } from "../metadata/references.ts";

/** The files beside a document, by path relative to its folder. Answers for nothing outside that folder. */
export interface ScanWorld {
  hasFile(path: string): boolean;
  /** Lower-case hex SHA-256 of a file's bytes, or null when it cannot be read. */
  sha256(path: string): string | null;
  /** A file's text; null when it is not there, is no UTF-8, or lies outside of the folder by its path or a link. */
  text(path: string): string | null;
  /** The value of `contract_name` in the folder's contract.yaml, or null. */
  contractName(): string | null;
}

/** The declared hashes of the files a node is made of: `x_extensions.artifacts`. */
export function declaredArtifacts(fields: JsonObject): Readonly<Record<string, unknown>> {
  const extensions = fields["x_extensions"];
  const artifacts = isObject(extensions) ? extensions["artifacts"] : undefined;
  return isObject(artifacts) ? artifacts : {};
}

/** Only metadata files speak of the files beside them; a stamped document's state contract is a default of its stamper. */
export const hasReferences = (fields: JsonObject, path: string): boolean =>
  isMetadataFile(path) && ("state_contract" in fields || Object.keys(declaredArtifacts(fields)).length > 0);

/**
 * What a node's metadata points at and is not there, or is not what it was when the node was stamped: ST008 for the
 * state contract, RG007 for dependencies, RG001 and MD003 for declared artifacts.
 */
export function brokenReferences(
  { fields, fieldLines }: Pick<BlockReading, "fields" | "fieldLines">,
  path: string,
  world: ScanWorld,
): readonly MetadataProblem[] {
  if (!isMetadataFile(path)) return [];
  const hasFile = (file: string): boolean => world.hasFile(file) || namesContract(file, world);
  return [...referenceProblems(fields, { hasFile }, fieldLines), ...artifactProblems(fields, fieldLines, world)];
}

/** Earlier nodes point at their contract by its name: `stamper_node_contract.yaml` is the contract.yaml that is called so. */
function namesContract(file: string, world: ScanWorld): boolean {
  const name = /^([A-Za-z0-9_-]+)\.ya?ml$/.exec(file)?.[1];
  return name !== undefined && name === world.contractName();
}

function artifactProblems(
  fields: JsonObject,
  fieldLines: Readonly<Record<string, number>>,
  world: ScanWorld,
): MetadataProblem[] {
  const place = (file: string) => ({
    field: `x_extensions.artifacts.${file}`,
    line: fieldLines["x_extensions"] ?? null,
  });
  return Object.entries(declaredArtifacts(fields)).flatMap(([file, declared]) => {
    const reference = parseContractReference(file);
    const actual = reference?.kind === "file" ? world.sha256(reference.path) : null;
    if (actual === null) {
      return [
        problem("RG001", `the artifact ${file} is not there`, "restore it, or stamp the node again", place(file)),
      ];
    }
    if (actual === declared) return [];
    const message = `${file} is not the file the node was stamped with`;
    return [problem("MD003", message, "stamp the node again after changing its files", place(file))];
  });
}
