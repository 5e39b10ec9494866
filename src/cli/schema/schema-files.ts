import { isObject } from "../../../contracts/json/narrow.ts";
import { readdirSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import type { JsonSchema } from "../../../contracts/json/json.ts";
import { titleFromName } from "../../core/schema-docs/format-schema.ts";
import { textOfFile } from "../files/read-file.ts";
import { placeOf, strictJson } from "../files/strict-document.ts";
import { systemReason, usageFailure } from "../shell.ts";

/** A schema on disk. */
export interface SchemaFile {
  /** File name without `.schema.json`. */
  readonly name: string;
  readonly path: string;
  readonly absolute: string;
  readonly text: string;
  readonly schema: JsonSchema;
}

const SUFFIX = /(\.schema)?\.json$/;

/** The schemas at and in the given paths, by name. Wrong calls: a path that is not there, a file that is no schema. */
export function schemaFiles(paths: readonly string[], cwd: string): readonly SchemaFile[] {
  return paths
    .flatMap((path) => filesOf(resolve(cwd, path), path))
    .map((absolute) => read(absolute, cwd))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function filesOf(absolute: string, path: string): readonly string[] {
  if (SUFFIX.test(path)) return [absolute];
  try {
    return readdirSync(absolute)
      .filter((name) => name.endsWith(".schema.json"))
      .map((name) => join(absolute, name));
  } catch (thrown) {
    throw usageFailure(`${path}: ${systemReason(thrown)}`);
  }
}

function read(absolute: string, cwd: string): SchemaFile {
  const path = relative(cwd, absolute) || absolute;
  const text = textOfFile(path, cwd);
  return { name: basename(absolute).replace(SUFFIX, ""), path, absolute, text, schema: parsed(text, path) };
}

function parsed(text: string, path: string): JsonSchema {
  const read = strictJson(text);
  if (!read.ok) {
    const { isNo, message, hint } = read.error;
    throw usageFailure(`${path}${isNo === null ? "" : " is not JSON"}:${placeOf(read.error)}: ${message}`, hint);
  }
  if (isObject(read.value)) return read.value;
  throw usageFailure(`${path}: a schema is a JSON object`);
}

/** As schemas are written. */
export const schemaText = (schema: JsonSchema): string => `${JSON.stringify(schema, null, 2)}\n`;

/** Its own title, or that of the definition it consists of. */
export function schemaTitle({ name, schema }: SchemaFile): string {
  if (typeof schema["title"] === "string") return schema["title"];
  const definitions = Object.values(isObject(schema["$defs"]) ? schema["$defs"] : {});
  const titles = definitions
    .map((one) => (isObject(one) ? one["title"] : null))
    .filter((one) => typeof one === "string");
  return titles.length === 1 && titles[0] !== undefined ? titles[0] : titleFromName(name);
}
