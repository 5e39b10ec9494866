import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";

const MAX_SHOWN_CHARS = 80;

/** Where two JSON values first differ, for a person: `$["document.stats"].words is 3, expected 4`. Null when equal. */
export function firstDifference(actual: JsonValue, expected: JsonValue, path = "$"): string | null {
  if (Object.is(actual, expected) || actual === expected) return null;
  if (isList(actual) && isList(expected)) {
    for (let i = 0; i < Math.min(actual.length, expected.length); i++) {
      const found = firstDifference(actual[i] as JsonValue, expected[i] as JsonValue, `${path}[${i}]`);
      if (found !== null) return found;
    }
    if (actual.length === expected.length) return null;
    return `${path} has ${actual.length} items, expected ${expected.length}`;
  }
  if (isMap(actual) && isMap(expected)) {
    for (const key of [...new Set([...Object.keys(expected), ...Object.keys(actual)])]) {
      const at = path + member(key);
      if (!Object.hasOwn(actual, key)) return `${at} is missing, expected ${shown(expected[key] as JsonValue)}`;
      if (!Object.hasOwn(expected, key)) return `${at} is ${shown(actual[key] as JsonValue)}, not expected`;
      const found = firstDifference(actual[key] as JsonValue, expected[key] as JsonValue, at);
      if (found !== null) return found;
    }
    return null;
  }
  return `${path} is ${shown(actual)}, expected ${shown(expected)}`;
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
const isMap = (value: JsonValue): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const member = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);

function shown(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text;
}
