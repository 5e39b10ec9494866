import { isObject } from "../../../contracts/json/narrow.ts";
import { upgrade } from "@scalar/openapi-upgrader";
import { LineCounter, parseDocument } from "yaml";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { usageFailure } from "../shell.ts";

/** The largest public documents are a fifth of this. UTF-16 units. */
const MAX_LENGTH = 64 * 1_048_576;

/**
 * Reads an OpenAPI document, JSON or YAML, and brings it up to version 3.1. Read less strictly than the house's own
 * documents: real ones have anchors, dates and numbers beyond what JSON keeps, mostly in examples nobody needs.
 */
export function openApiDocument(text: string, path: string): JsonObject {
  if (text.length > MAX_LENGTH) throw usageFailure(`${path} has more than ${MAX_LENGTH} characters`);
  const read = parsed(text, path);
  if (!isObject(read)) throw usageFailure(`${path} is not an OpenAPI document`, "it starts with openapi: 3.1.0");
  const version = read["openapi"] ?? read["swagger"];
  if (typeof version !== "string" || !/^[23]\.\d/.test(version)) {
    throw usageFailure(`${path} is of no version of OpenAPI that is known here`, "OpenAPI 3.0 and 3.1 are read");
  }
  const current = upgraded(read, path);
  return isObject(current) ? current : read;
}

function parsed(text: string, path: string): unknown {
  if (/^\s*\{/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      // It may be YAML's flow style; whatever is wrong is told by that reader.
    }
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: "core", uniqueKeys: true, prettyErrors: false });
  const [wrong] = document.errors;
  if (wrong !== undefined) {
    const { line, col } = lines.linePos(wrong.pos[0]);
    throw usageFailure(`${path}:${line}:${col}: ${wrong.message}`, "correct the document there");
  }
  try {
    return document.toJS({ maxAliasCount: 10_000 });
  } catch {
    throw usageFailure(`${path} repeats itself by its anchors without end`, "write what they stand for");
  }
}

function upgraded(document: JsonObject, path: string): unknown {
  try {
    return upgrade(structuredClone(document), "3.1");
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : "it cannot be read";
    throw usageFailure(
      `${path} cannot be brought up to OpenAPI 3.1: ${reason}`,
      "check it with a validator of OpenAPI",
    );
  }
}
