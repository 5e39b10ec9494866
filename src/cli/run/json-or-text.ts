import type { JsonValue } from "../../../contracts/json/json.ts";

/** JSON where the text is JSON, else the text. */
export function jsonOrText(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
