import { isObject } from "../../../contracts/json/narrow.ts";
import type { SecretSource } from "../../../contracts/documents/call.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { err, ok, type Result } from "../result.ts";
import { listOf, type OpenApiDocument, textOf } from "./document.ts";
import { secretNameOf } from "./names.ts";

/** What a request must carry to be let in: names of secrets, never secrets. */
export interface Credentials {
  readonly headers: Readonly<Record<string, SecretSource>>;
  readonly query: Readonly<Record<string, SecretSource>>;
}

const NONE: Credentials = { headers: {}, query: {} };

/**
 * The credentials of an operation: the first of its alternatives whose schemes can all be written as a header or a
 * parameter. The error says why none can.
 */
export function credentialsOf(
  document: OpenApiDocument,
  operation: JsonObject,
  prefix: string,
): Result<Credentials, string> {
  const alternatives = listOf(operation["security"] ?? document.root["security"]).filter(isObject);
  if (alternatives.length === 0) return ok(NONE);
  const reasons: string[] = [];
  for (const alternative of alternatives) {
    const found = together(document, Object.keys(alternative), prefix);
    if (found.ok) return found;
    reasons.push(found.error);
  }
  return err(reasons[0] ?? "its security cannot be read");
}

function together(document: OpenApiDocument, names: readonly string[], prefix: string): Result<Credentials, string> {
  let all: Credentials = NONE;
  const components = document.object(document.root["components"]);
  const schemes = document.object(components?.["securitySchemes"]);
  for (const name of names) {
    const scheme = document.object(schemes?.[name]);
    const one = scheme === null ? null : ofScheme(scheme, secretNameOf(prefix, name));
    if (one === null) return err(`its security scheme ${JSON.stringify(name)} is ${kindOf(scheme)}`);
    all = { headers: { ...all.headers, ...one.headers }, query: { ...all.query, ...one.query } };
  }
  return ok(all);
}

const kindOf = (scheme: JsonObject | null): string =>
  scheme === null ? "not defined" : `of type ${JSON.stringify(scheme["type"] ?? null)}, which is not supported`;

function ofScheme(scheme: JsonObject, secret: string): Credentials | null {
  const name = textOf(scheme, "name");
  const from = (prefix?: string): SecretSource =>
    prefix === undefined ? { secret_ref: secret } : { secret_ref: secret, prefix };
  switch (scheme["type"]) {
    case "apiKey":
      if (name === null) return null;
      if (scheme["in"] === "header") return { headers: { [name]: from() }, query: {} };
      if (scheme["in"] === "query") return { headers: {}, query: { [name]: from() } };
      return scheme["in"] === "cookie" ? { headers: { cookie: from(`${name}=`) }, query: {} } : null;
    case "http":
      return { headers: { authorization: from(authorization(scheme["scheme"])) }, query: {} };
    case "oauth2":
    case "openIdConnect":
      return { headers: { authorization: from("Bearer ") }, query: {} };
    default:
      return null;
  }
}

/** `Bearer ` and `Basic `; whatever else there may be is all in the secret. */
function authorization(scheme: JsonValue | undefined): string | undefined {
  const name = typeof scheme === "string" ? scheme.toLowerCase() : "";
  return name === "bearer" ? "Bearer " : name === "basic" ? "Basic " : undefined;
}
