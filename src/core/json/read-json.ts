import { parseJson } from "../../../contracts/json/narrow.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { err, ok, type Result } from "../result.ts";
import type { JsonFlaw } from "./flaw.ts";
import { inspect, type ValueLimits } from "./inspect.ts";
import { firstJsonError } from "./json-place.ts";
import { locate } from "./locate.ts";
import { shapeOf } from "./shape.ts";

/** The most levels of lists and objects in anything that comes in or goes out. */
export const MAX_JSON_DEPTH = 200;
/** The most values in what arrives as values instead of a text: a node's output, a message of a bus. */
export const MAX_JSON_VALUES = 1_000_000;

/** What is accepted unless somebody needs more. */
export const JSON_LIMITS: ValueLimits = { maxDepth: MAX_JSON_DEPTH, maxValues: MAX_JSON_VALUES };

/**
 * The only way from a text to JSON for what others have written. Accepts what every reader understands the same way
 * (RFC 8259, within I-JSON, RFC 7493): whole characters, finite doubles, integers from -(2^53-1) to 2^53-1, members that
 * are there once, and no more levels than `maxDepth`. Anything else is refused with its place, never changed.
 *
 * The parser makes the values; one pass over the text and one over the values find what it would lose. Linear, and
 * without recursion deeper than `maxDepth`.
 */
export function readJson(text: string, maxDepth: number = MAX_JSON_DEPTH): Result<JsonValue, JsonFlaw> {
  const shape = shapeOf(text);
  const deep = shape.depth > maxDepth ? locate(text, maxDepth) : null;
  if (deep) return err(deep);
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch {
    return err(syntaxFlaw(text));
  }
  // The text bounds the values, and half a pair that is not in it can only come of an escape.
  const texts = text.includes("\\u") || !text.isWellFormed();
  const seen = inspect(value, { maxDepth, maxValues: Number.MAX_SAFE_INTEGER }, texts);
  const suspect = seen.flaw !== null || (seen.huge && LONG_INTEGER.test(text)) || seen.members !== shape.members;
  const flaw = suspect ? (locate(text, maxDepth) ?? seen.flaw) : null;
  return flaw ? err(flaw) : ok(value);
}

/** The first thing wrong with a value that did not come as a text, or null; see `readJson`. */
export const jsonFlaw = (value: unknown, limits: ValueLimits = JSON_LIMITS): JsonFlaw | null =>
  inspect(value, limits).flaw;

/** A number of 1e21 or more that is written without an exponent has as many digits. */
const LONG_INTEGER = /\d{22}/;

function syntaxFlaw(text: string): JsonFlaw {
  const found = firstJsonError(text);
  const hint = "JSON is described by RFC 8259";
  if (!found) return { kind: "syntax", steps: [], message: "it cannot be parsed", hint };
  const { line, column, expected } = found;
  return { kind: "syntax", steps: [], message: `${expected} was expected`, hint, at: { line, column } };
}
