import type { HttpCall } from "../../../contracts/documents/call.ts";
import type { JsonObject, JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import type { OpenApiDocument } from "./document.ts";
import { ownSchema } from "./schemas.ts";

/** The body an operation takes. */
export interface TakenBody {
  readonly schema: JsonSchema;
  readonly required: boolean;
  readonly kind: "json" | "form" | "text";
  readonly type: string;
  readonly notes: readonly string[];
}

/** The body of an operation; null when it takes none, a text that says why when it takes one that cannot be sent. */
export function bodyOf(document: OpenApiDocument, operation: JsonObject): TakenBody | string | null {
  if (operation["requestBody"] === undefined) return null;
  const body = document.object(operation["requestBody"]);
  if (body === null) return "its body is defined elsewhere";
  const required = body["required"] === true;
  const content = document.object(body["content"]) ?? {};
  const types = Object.keys(content);
  if (types.length === 0) return required ? "its body has no content" : null;
  for (const kind of ["json", "form", "text"] as const) {
    const type = types.find((one) => kindOfType(one) === kind);
    if (type === undefined) continue;
    const { schema, notes } = ownSchema(document, document.object(content[type])?.["schema"], "sent");
    return { schema, required, kind, type, notes };
  }
  // A body that may be left out is left out.
  return required ? `its body is ${types.join(", ")}, which is not supported` : null;
}

/** How a media type is read and written here. */
export function kindOfType(type: string): "json" | "form" | "text" | "other" {
  const [essence = ""] = type.toLowerCase().split(";");
  const name = essence.trim();
  if (name === "application/x-www-form-urlencoded") return "form";
  if (/^application\/([^\s]+\+)?json$/.test(name) || name === "text/json" || name === "*/*" || name === "application/*")
    return "json";
  return name.startsWith("text/") || /^application\/([^\s]+\+)?xml$/.test(name) ? "text" : "other";
}

/** The body part of a call, from the key that holds it. */
export function bodyCall({ kind, type }: TakenBody, key: string): NonNullable<HttpCall["body"]> {
  if (kind === "text") return { text: key, type };
  return kind === "form" ? { form: key } : { json: key };
}

/** What comes back from an operation. */
export interface GivenResponse {
  readonly schema: JsonSchema;
  /** JSON Pointer into the response. */
  readonly pointer: string;
  readonly notes: readonly string[];
}

/** The successful response of an operation; a text that says why when it cannot be read. */
export function responseOf(document: OpenApiDocument, operation: JsonObject): GivenResponse | string {
  const responses = document.object(operation["responses"]) ?? {};
  const good = Object.keys(responses).filter((status) => /^2(\d\d|XX)$/i.test(status));
  const statuses = good.length > 0 ? good : Object.keys(responses).filter((status) => status === "default");
  const schemas: JsonSchema[] = [];
  const notes: string[] = [];
  let empty = statuses.length === 0;
  for (const status of statuses) {
    const response = document.object(responses[status]);
    if (response === null) return `its response ${status} is defined elsewhere`;
    const content = document.object(response["content"]) ?? {};
    const types = Object.keys(content);
    if (types.length === 0) {
      empty = true;
      continue;
    }
    const json = types.find((type) => kindOfType(type) === "json");
    const text = types.find((type) => kindOfType(type) === "text");
    if (json === undefined && text === undefined) return `it answers with ${types.join(", ")}, which is not supported`;
    if (json === undefined) schemas.push({ type: "string" });
    else {
      const own = ownSchema(document, document.object(content[json])?.["schema"], "received");
      schemas.push(own.schema);
      notes.push(...own.notes);
    }
  }
  const different = distinct(schemas);
  const [only] = different;
  if (only === undefined) return { schema: { type: "integer" }, pointer: "/status_code", notes };
  // An answer without a body is read as null or as an empty text: where it may come, the schema says nothing.
  if (empty) return { schema: {}, pointer: "/body", notes: [...notes, "some of its successes have no body"] };
  if (different.length === 1) return { schema: only, pointer: "/body", notes };
  // Schemas with definitions of their own do not stand beside each other under one root.
  const alone = different.every((schema) => !("$defs" in schema));
  return alone
    ? { schema: { anyOf: different }, pointer: "/body", notes }
    : { schema: {}, pointer: "/body", notes: [...notes, "its successes have different schemas"] };
}

function distinct(schemas: readonly JsonSchema[]): readonly JsonSchema[] {
  const seen = new Map<string, JsonSchema>(
    schemas.map((schema) => [JSON.stringify(schema satisfies JsonValue), schema]),
  );
  return [...seen.values()];
}
