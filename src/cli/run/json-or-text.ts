import type { JsonValue } from "../../../contracts/json/json.ts";
import { readJson } from "../../core/json/read-json.ts";
import { sayFlaw } from "../files/strict-document.ts";
import { usageFailure } from "../shell.ts";

/** JSON where the text is JSON, else the text. JSON that would change its meaning when it is read is a wrong call. */
export function jsonOrText(text: string): JsonValue {
  const read = readJson(text);
  if (read.ok) return read.value;
  if (read.error.kind === "syntax") return text;
  const { at, hint } = read.error;
  const place = at === undefined ? "" : `, line ${at.line}, column ${at.column}`;
  throw usageFailure(`the value${place}: ${sayFlaw(read.error)}`, hint);
}
