import { isList } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { baseName, isMetadataFile } from "../metadata/dialect.ts";
import { parseEntrypoint } from "../metadata/entrypoint.ts";
import { entrypointTraits } from "../registry/entrypoints.ts";

/** What a stamped file is to a registry. `other`: stamped, and nothing a registry keeps. */
export const ROLES = ["node", "agent", "validator", "test", "other"] as const;
/** One of ROLES. */
export type ArtifactRole = (typeof ROLES)[number];

const TEST_FILE = /^(?:test_.+|.+_test|.+\.test|.+\.spec)\.[a-z]+$/;
const SOURCE_FILE = /\.(?:py|[mc]?[jt]sx?)$/;
const TEST_FOLDERS = new Set(["test", "tests", "__tests__"]);

/**
 * The role of a file by its metadata and its place: agents and validators say so in `meta_type`, test modules are named
 * or placed as such or tagged `test`, nodes are metadata files of their own. What can be executed is something a registry
 * keeps, whatever it calls itself.
 */
export function roleOf(path: string, fields: JsonObject): ArtifactRole {
  const type = fields["meta_type"];
  if (type === "agent" || type === "validator") return type;
  if (isMetadataFile(path)) {
    const describes = type === "project" || type === "schema" || type === "ignore_config";
    return describes && !canBeExecuted(path, fields) ? "other" : "node";
  }
  return isTest(path, fields["tags"]) ? "test" : "other";
}

/** Whether a file is the metadata of something that can be executed, and hence registered as a node. */
export function canBeExecuted(path: string, fields: JsonObject): boolean {
  const entrypoint = isMetadataFile(path) ? parseEntrypoint(fields["entrypoint"]) : null;
  return entrypoint?.ok === true && entrypointTraits(entrypoint.value.type).runs !== "nowhere";
}

function isTest(path: string, tags: JsonValue | undefined): boolean {
  const name = baseName(path);
  if (!SOURCE_FILE.test(name)) return false;
  const folders = path.split("/").slice(0, -1);
  const tagged = isList(tags) && tags.includes("test");
  const support = name === "__init__.py" || name.startsWith("conftest.");
  return tagged || TEST_FILE.test(name) || (!support && folders.some((folder) => TEST_FOLDERS.has(folder)));
}
