import { isObject } from "../../../contracts/json/narrow.ts";
import type { CallSource } from "../../../contracts/documents/call.ts";
import type { JsonObject, JsonSchema } from "../../../contracts/json/json.ts";
import type { Style } from "../declared/source.ts";
import { listOf, objectsIn, type OpenApiDocument, textOf } from "./document.ts";
import { Names, snakeName } from "./names.ts";
import { ownSchema } from "./schemas.ts";

/** A value an operation takes, as an input of its node. */
export interface TakenParameter {
  readonly key: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
  readonly where: "path" | "query" | "header";
  /** Its name in the request. */
  readonly name: string;
  readonly source: CallSource;
}

/** The parameters of an operation, and what of them is left out and why. */
export interface Parameters {
  readonly taken: readonly TakenParameter[];
  readonly left: readonly { readonly name: string; readonly reason: string; readonly required: boolean }[];
  readonly notes: readonly string[];
}

/** Headers that parameters never describe (OpenAPI, Parameter Object). */
const IGNORED = new Set(["accept", "content-type", "authorization"]);

/** Reads the parameters of a path and an operation; those of the operation win (OpenAPI, Path Item Object). */
export function parametersOf(
  document: OpenApiDocument,
  path: JsonObject,
  operation: JsonObject,
  prefix: string,
): Parameters {
  const all = new Map<string, JsonObject>();
  for (const one of [...objectsIn(document, path["parameters"]), ...objectsIn(document, operation["parameters"])]) {
    all.set(`${textOf(one, "in") ?? ""} ${textOf(one, "name") ?? ""}`, one);
  }
  const taken: TakenParameter[] = [];
  const left: { name: string; reason: string; required: boolean }[] = [];
  const notes: string[] = [];
  const names = new Names(100);
  const unresolved = listOf(operation["parameters"]).length - objectsIn(document, operation["parameters"]).length;
  if (unresolved > 0) left.push({ name: "parameters", reason: "a parameter is defined elsewhere", required: true });
  for (const parameter of all.values()) {
    const name = textOf(parameter, "name") ?? "";
    const required = parameter["required"] === true || parameter["in"] === "path";
    const where = parameter["in"];
    if (where === "header" && IGNORED.has(name.toLowerCase())) continue;
    if (name === "" || (where !== "path" && where !== "query" && where !== "header")) {
      left.push({ name, reason: `parameters in ${JSON.stringify(where ?? null)} are not supported`, required });
      continue;
    }
    const { schema, style, reason } = writtenAs(document, parameter, where);
    if (reason !== null) {
      left.push({ name, reason, required });
      continue;
    }
    const own = ownSchema(document, schema, "sent");
    notes.push(...own.notes.map((note) => `${name}: ${note}`));
    const key = `${prefix}.${names.take(snakeName(name, "parameter"))}`;
    taken.push({
      key,
      schema: describedAs(own.schema, textOf(parameter, "description")),
      required,
      where,
      name,
      source: style === "repeat" ? key : { key, style },
    });
  }
  return { taken, left, notes };
}

interface Written {
  readonly schema: JsonObject | undefined;
  readonly style: Style;
  readonly reason: string | null;
}

/** How a parameter is written into the request (OpenAPI, Style Values), as far as that is supported. */
function writtenAs(document: OpenApiDocument, parameter: JsonObject, where: "path" | "query" | "header"): Written {
  const content = document.object(parameter["content"]);
  const refuse = (reason: string): Written => ({ schema: undefined, style: "repeat", reason });
  if (content !== null) {
    const [type, media] = Object.entries(content)[0] ?? [];
    if (type === undefined || !/[/+]json\b/.test(type)) return refuse(`it is written as ${type ?? "nothing"}`);
    if (where === "path") return refuse("JSON in a path is not supported");
    const schema = document.object(document.object(media)?.["schema"]) ?? undefined;
    return { schema, style: "json", reason: null };
  }
  const schema = document.object(parameter["schema"]) ?? {};
  const style = textOf(parameter, "style") ?? (where === "query" ? "form" : "simple");
  const explode = parameter["explode"] ?? style === "form";
  const types = new Set([schema["type"]].flat());
  const holdsMembers = types.has("object") || (schema["type"] === undefined && schema["properties"] !== undefined);
  const kept = document.object(parameter["schema"]) === null ? {} : parameter["schema"];
  const made = (as: Style): Written => ({ schema: isObject(kept) ? kept : {}, style: as, reason: null });
  if (style === "deepObject") return made("deep");
  if (holdsMembers) return refuse(`an object in style ${style} is not supported`);
  if (style === "spaceDelimited") return made("space");
  if (style === "pipeDelimited") return made("pipe");
  if (style === "form") return made(explode === true ? "repeat" : "comma");
  if (style === "simple") return made(types.has("array") ? "comma" : "repeat");
  return refuse(`style ${style} is not supported`);
}

/** The schema with a short description, where it may have one. */
export function describedAs(schema: JsonSchema, description: string | null): JsonSchema {
  const said = (description ?? "").replaceAll(/\s+/g, " ").trim().slice(0, 200);
  return said === "" || "$ref" in schema ? schema : { ...schema, description: said };
}
