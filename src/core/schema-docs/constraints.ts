import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";

/** Bounds that a generator writes for every integer and that tell nothing. */
const SAFE = Number.MAX_SAFE_INTEGER;
const MAX_SHOWN_PATTERN = 80;

/** What a value must satisfy beyond its type, in sentences. */
export function constraintsOf(schema: JsonObject): readonly string[] {
  const inner = isList(schema["anyOf"]) ? schema["anyOf"].filter((one) => isObject(one) && one["type"] !== "null") : [];
  // Of a value that may be null, the other alternative's.
  const [only] = inner;
  const source = inner.length === 1 && isObject(only) ? { ...only, ...schema } : schema;
  return [
    range(source, "minimum", "maximum", ""),
    range(source, "minLength", "maxLength", " characters"),
    range(source, "minItems", "maxItems", " items"),
    typeof source["exclusiveMinimum"] === "number" ? `Above ${source["exclusiveMinimum"]}.` : "",
    typeof source["exclusiveMaximum"] === "number" ? `Below ${source["exclusiveMaximum"]}.` : "",
    pattern(source["pattern"], typeof source["format"] === "string"),
  ].filter((sentence) => sentence !== "");
}

/** A long pattern says less than the format it spells out. */
function pattern(value: JsonValue | undefined, hasFormat: boolean): string {
  if (typeof value !== "string" || (hasFormat && value.length > MAX_SHOWN_PATTERN)) return "";
  return `Matches \`${value.replaceAll("`", "\\x60")}\`.`;
}

function range(schema: JsonObject, least: string, most: string, unit: string): string {
  const low = bound(schema[least]);
  const high = bound(schema[most]);
  if (low === null && high === null) return "";
  if (high === null) return `At least ${low}${unit}.`;
  return low === null ? `At most ${high}${unit}.` : `${low} to ${high}${unit}.`;
}

const bound = (value: JsonValue | undefined): number | null =>
  typeof value === "number" && Math.abs(value) < SAFE ? value : null;
