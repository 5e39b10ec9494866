import { isList, isObject, memberAt } from "../../../contracts/json/narrow.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";

const MAX_SHOWN_CHARS = 80;

/** Where two JSON values first differ, for a person: `$["document.stats"].words is 3, expected 4`. Null when equal. */
export function firstDifference(actual: JsonValue, expected: JsonValue, path = "$"): string | null {
  if (Object.is(actual, expected) || actual === expected) return null;
  if (isList(actual) && isList(expected)) {
    for (const [i, wanted] of expected.entries()) {
      const item = actual[i];
      const found = item === undefined ? null : firstDifference(item, wanted, `${path}[${i}]`);
      if (found !== null) return found;
    }
    if (actual.length === expected.length) return null;
    return `${path} has ${actual.length} items, expected ${expected.length}`;
  }
  if (isObject(actual) && isObject(expected)) {
    for (const key of [...new Set([...Object.keys(expected), ...Object.keys(actual)])]) {
      const at = path + member(key);
      const [value, wanted] = [memberAt(actual, key), memberAt(expected, key)];
      if (value === undefined) return `${at} is missing, expected ${shown(wanted)}`;
      if (wanted === undefined) return `${at} is ${shown(value)}, not expected`;
      const found = firstDifference(value, wanted, at);
      if (found !== null) return found;
    }
    return null;
  }
  return `${path} is ${shown(actual)}, expected ${shown(expected)}`;
}

const member = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);

function shown(value: JsonValue | undefined): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text;
}
