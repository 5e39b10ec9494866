import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { every, no, unknown, YES, type Verdict } from "./fit.ts";
import { own, propertyPlace, schemaList, takesAll } from "./schema-parts.ts";

/** Compares two schemas at a place; the comparison of their parts is handed in. */
export type Compare = (from: JsonValue, to: JsonValue, place: string) => Verdict;

/** Each property the consumer describes: as the producer describes it, as its other properties are, or never there. */
export function compareProperties(from: JsonSchema, to: JsonSchema, place: string, compare: Compare): Verdict {
  const asked = isObject(to.properties) ? Object.entries(to.properties) : [];
  const promised = new Set(schemaList(from.required));
  return every(
    asked.map(([key, schema]) => {
      if (takesAll(schema)) return YES;
      const at = propertyPlace(place, key);
      const offered = own(from.properties, key);
      if (offered !== undefined) return inPart(compare(offered, schema, at), promised.has(key));
      if (from.patternProperties !== undefined) return unknown(`${at}: depends on a pattern`);
      if (from.additionalProperties === undefined) return unknown(`${at}: the producer does not describe it`);
      return inPart(compare(from.additionalProperties, schema, at), promised.has(key));
    }),
  );
}

/** A property the consumer cannot do without. A producer without `required` is taken to be silent, not to say "maybe". */
export function compareRequired(from: JsonSchema, to: JsonSchema, place: string): Verdict {
  const promised = new Set(schemaList(from.required));
  return every(
    schemaList(to.required).map((key) => {
      if (typeof key !== "string" || promised.has(key)) return YES;
      const at = propertyPlace(place, key);
      const described = own(from.properties, key);
      if (described === false) return no(at, "is required and never there", true);
      const closed = from.additionalProperties === false && from.patternProperties === undefined;
      if (described === undefined && closed) return no(at, "is required and never there", true);
      if (described !== undefined && from.required !== undefined) return no(at, "is required and may be absent");
      return unknown(`${at}: is required, and the producer does not promise it`);
    }),
  );
}

/** Properties the consumer does not describe: none, or such as it says. */
export function compareOthers(from: JsonSchema, to: JsonSchema, place: string, compare: Compare): Verdict {
  const { additionalProperties: others } = to;
  if (others === undefined || takesAll(others)) return YES;
  if (to.patternProperties !== undefined || from.patternProperties !== undefined)
    return unknown(`${place}: depends on a pattern`);
  const surplus = isObject(from.properties)
    ? Object.entries(from.properties).filter(([key]) => own(to.properties, key) === undefined)
    : [];
  const described = surplus.map(([key, schema]) =>
    others === false && schema !== false
      ? no(propertyPlace(place, key), "is not accepted")
      : inPart(compare(schema, others, propertyPlace(place, key)), false),
  );
  const rest = from.additionalProperties;
  if (rest === undefined) return every([...described, unknown(`${place}: the producer may add properties`)]);
  const openly =
    others === false && rest !== false
      ? no(`${place}.*`, "is not accepted")
      : inPart(compare(rest, others, `${place}.*`), false);
  return every([...described, openly]);
}

/** Items by position, then all others. */
export function compareItems(from: JsonSchema, to: JsonSchema, place: string, compare: Compare): Verdict {
  if (Array.isArray(to.items) || Array.isArray(from.items))
    return unknown(`${place}: tuples in the old form are not compared`);
  const [offered, asked] = [schemaList(from.prefixItems), schemaList(to.prefixItems)];
  const verdicts: Verdict[] = [];
  for (let i = 0; i <= Math.max(offered.length, asked.length); i++) {
    const rest = i === Math.max(offered.length, asked.length);
    const at = rest ? `${place}[]` : `${place}[${i}]`;
    const wanted = asked[i] ?? to.items ?? true;
    if (takesAll(wanted)) continue;
    const given = offered[i] ?? from.items;
    verdicts.push(
      given === undefined
        ? unknown(`${at}: the producer does not describe its items`)
        : inPart(compare(given, wanted, at), false),
    );
  }
  return every(verdicts);
}

/** Parts that share no value keep the wholes apart only when the part is always there. */
const inPart = (verdict: Verdict, always: boolean): Verdict =>
  verdict.fit === "no" && verdict.disjoint && !always ? { ...verdict, disjoint: false } : verdict;

/** No two items alike. */
export function compareUnique(from: JsonSchema, to: JsonSchema, place: string): Verdict {
  if (to.uniqueItems !== true || from.uniqueItems === true) return YES;
  if (typeof from.maxItems === "number" && from.maxItems <= 1) return YES;
  return unknown(`${place}: items must be unique`);
}
