import type { JsonObject } from "../../../contracts/json/json.ts";
import { baseName, isMetadataFile } from "../metadata/dialect.ts";
import { parseEntrypoint } from "../metadata/entrypoint.ts";
import type { MetadataProblem, ProblemCode } from "../metadata/problem.ts";
import { problem } from "../metadata/problem.ts";
import { entrypointTraits } from "../registry/entrypoints.ts";
import { canBeExecuted, type ArtifactRole } from "./artifact-role.ts";

/**
 * How an artifact departs from the canonical structure: a node has a folder of its own that is called what the node is
 * called (or a version folder in one), with node.onex.yaml, contract.yaml, README.md and the file its entrypoint names;
 * a test module lies below a test folder. `hasFile` answers for paths relative to the artifact's folder.
 */
export function structureProblems(
  role: ArtifactRole,
  path: string,
  fields: JsonObject,
  hasFile: (path: string) => boolean,
): readonly MetadataProblem[] {
  const found: MetadataProblem[] = [];
  const report = (code: ProblemCode, message: string, hint: string): void =>
    void found.push(problem(code, message, hint));
  const folders = path.split("/").slice(0, -1);
  if (role === "test" && !folders.some((folder) => /^(tests?|__tests__)$/.test(folder))) {
    report("RG005", "a test module outside a test folder", "move it below test/");
  }
  if (!isMetadataFile(path) || (role !== "node" && !canBeExecuted(path, fields))) return found;
  const name = typeof fields["name"] === "string" ? fields["name"] : "";
  const named = folders.findLast((folder) => !/^v\d+([_.]\d+)*$/.test(folder));
  if (named !== undefined && named !== "." && named !== ".." && named !== name) {
    report("RG005", `the folder of ${name} is called ${named}`, "call the folder what the node is called");
  }
  if (baseName(path) !== "node.onex.yaml")
    report("RG005", `the metadata of ${name} is in ${baseName(path)}`, "call it node.onex.yaml");
  if (!hasFile("contract.yaml")) report("ST008", `${name} has no contract.yaml`, "add its state contract");
  if (!hasFile("README.md")) report("RG001", `${name} has no README.md`, "say what it does in README.md");
  const entrypoint = parseEntrypoint(fields["entrypoint"]);
  if (entrypoint.ok && entrypointTraits(entrypoint.value.type).hasFile) {
    const target = entrypoint.value.target.replace(/^\.\//, "");
    // A dotted module is found by its interpreter, not by its path.
    const isPath =
      /\.(?:py|[mc]?[jt]s|wasm|md|ya?ml|json|html|sh)$/.test(target) &&
      !target.startsWith("/") &&
      !target.split("/").includes("..");
    if (isPath && !hasFile(target))
      report("RG001", `the entrypoint ${target} of ${name} is not there`, "restore it or correct entrypoint");
  }
  return found;
}
