import { isList } from "../../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";
import { Unjudged } from "./run.ts";
import type { Budget } from "../budget.ts";

const MAX_DEPTH = 1_000;

/**
 * A text that two values share when they are equal as JSON Schema means it: members in any order, 1 and 1.0 alike.
 * `texts` remembers those of lists and objects, so that what is compared at every level is read once.
 */
export function canonicalText(value: JsonValue, work: Budget, texts: Map<JsonValue, string>, depth = 0): string {
  if (typeof value !== "object" || value === null) {
    work.spend(2 + (typeof value === "string" ? value.length >> 3 : 0));
    return JSON.stringify(value);
  }
  if (depth > MAX_DEPTH) throw new Unjudged("deep");
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = isList(value)
    ? `[${value.map((item) => canonicalText(item, work, texts, depth + 1)).join(",")}]`
    : ofObject(value, work, texts, depth);
  work.spend(4 + (text.length >> 3));
  texts.set(value, text);
  return text;
}

function ofObject(value: JsonObject, work: Budget, texts: Map<JsonValue, string>, depth: number): string {
  const names = Object.keys(value).sort();
  work.spend(8 * names.length);
  const members = names.map(
    (name) => `${JSON.stringify(name)}:${canonicalText(value[name] ?? null, work, texts, depth + 1)}`,
  );
  return `{${members.join(",")}}`;
}
