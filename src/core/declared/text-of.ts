import { isList } from "../../../contracts/json/narrow.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import type { Style } from "./source.ts";

/** A parameter of a query or a form, not yet encoded. */
export type Pair = readonly [name: string, value: string];

/** The most parameters one value may become. */
const MAX_PAIRS = 10_000;
const SEPARATORS = { comma: ",", space: " ", pipe: "|" } as const;

/** Text, a number or a truth value as text; null for everything else. */
export function scalarText(value: JsonValue): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

/**
 * A value as parameters, in the styles of OpenAPI: `repeat` (form, exploded), `comma`, `space` and `pipe` (one parameter),
 * `deep` (name[member]), `json`. Null where the value has no such form.
 */
export function pairsOf(name: string, value: JsonValue, style: Style): readonly Pair[] | null {
  if (style === "json") return [[name, JSON.stringify(value)]];
  const scalar = scalarText(value);
  if (scalar !== null) return [[name, scalar]];
  if (value === null) return [];
  if (style === "deep") return nested(name, value);
  if (!isList(value)) return null;
  const texts = value.map((item) => scalarText(item) ?? JSON.stringify(item));
  if (style === "repeat") return texts.map((text): Pair => [name, text]);
  return [[name, texts.join(SEPARATORS[style])]];
}

/** An object as the parameters of a form, nested members as name[member]; null where it is none. */
export function formOf(value: JsonValue): readonly Pair[] | null {
  if (typeof value !== "object" || value === null || isList(value)) return null;
  return membersOf(value).flatMap(([name, one]) => nested(name, one));
}

function nested(name: string, whole: JsonValue): readonly Pair[] {
  const found: Pair[] = [];
  const open: [string, JsonValue][] = [[name, whole]];
  for (let next = open.pop(); next !== undefined && found.length < MAX_PAIRS; next = open.pop()) {
    const [at, value] = next;
    const scalar = scalarText(value);
    if (scalar !== null) found.push([at, scalar]);
    else if (isList(value)) for (let i = value.length - 1; i >= 0; i--) open.push([`${at}[${i}]`, value[i] ?? null]);
    else if (value !== null)
      for (const [member, one] of membersOf(value).reverse()) open.push([`${at}[${member}]`, one]);
  }
  return found;
}

const membersOf = (value: JsonValue): [string, JsonValue][] =>
  typeof value === "object" && value !== null ? Object.entries<JsonValue>(value) : [];
