import type { JsonObject } from "../../../contracts/json/json.ts";
import { err, ok, type Result } from "../result.ts";
import { objectsIn, type OpenApiDocument, textOf } from "./document.ts";

const ABSOLUTE = /^https?:\/\/[^\s{}/?#@]+(\/[^\s?#{}]*)?$/;

/**
 * Where an operation is: the first server of the operation, the path or the document, its variables at their defaults,
 * without a stroke at its end. `told` overrides all. The error says what is missing.
 */
export function serverOf(
  document: OpenApiDocument,
  item: JsonObject,
  operation: JsonObject,
  told: string | undefined,
): Result<string, string> {
  const [server] = [operation, item, document.root].flatMap((level) => objectsIn(document, level["servers"]));
  const url = told ?? (server === undefined ? "" : withDefaults(document, server));
  if (!ABSOLUTE.test(url)) {
    const shown = url === "" ? "no server" : `the server ${JSON.stringify(url)}`;
    return err(`the document names ${shown}, which is no whole URL: give one with --server`);
  }
  return ok(url.replace(/\/$/, ""));
}

function withDefaults(document: OpenApiDocument, server: JsonObject): string {
  const variables = document.object(server["variables"]);
  return (textOf(server, "url") ?? "").replaceAll(/\{([^{}]*)\}/g, (whole, name: string) => {
    const variable = document.object(variables?.[name]);
    return (variable === null ? null : textOf(variable, "default")) ?? whole;
  });
}
