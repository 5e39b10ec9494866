import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { no, unknown, YES, type Verdict } from "./fit.ts";
import { namedTypes, numberOf, sameJson } from "./schema-parts.ts";

/** Whether the producer's types are among the consumer's. */
export function compareTypes(from: JsonSchema, to: JsonSchema, place: string): Verdict {
  const accepted = namedTypes(to) ?? [];
  const offered = namedTypes(from);
  if (offered === null)
    return unknown(`${place}: the producer names no type, the consumer takes ${accepted.join(" or ")}`);
  const within = (type: string): boolean =>
    accepted.includes(type) || (type === "integer" && accepted.includes("number"));
  const outside = offered.filter((type) => !within(type));
  if (outside.length === 0) return YES;
  const touches = (type: string): boolean => within(type) || (type === "number" && accepted.includes("integer"));
  const reason = `${outside.join(" or ")} is not ${accepted.join(" or ")}`;
  if (!offered.some(touches)) return no(place, reason, true);
  // A number with a step may be whole after all.
  if (outside.every((type) => type === "number") && from.multipleOf !== undefined)
    return unknown(`${place}: ${reason}`);
  return no(place, reason);
}

/** minLength, maxItems and their kin: whole numbers that bound a size. */
export function compareSizes(
  from: JsonSchema,
  keyword: string,
  limit: JsonValue | undefined,
  place: string,
  least = 0,
): Verdict {
  const bound = numberOf(limit);
  if (bound === null) return unknown(`${place}: ${keyword} is not a number`);
  const offered = numberOf(from[keyword]);
  const lower = keyword.startsWith("min");
  if (lower && Math.max(offered ?? 0, least) >= bound) return YES;
  if (!lower && offered !== null && offered <= bound) return YES;
  if (offered === null) return unknown(`${place}: the producer names no ${keyword}, the consumer asks for ${bound}`);
  return no(place, `${keyword} ${offered} is not within ${keyword} ${bound}`);
}

/** minimum, maximum and the exclusive ones, on the number line. */
export function compareRange(from: JsonSchema, keyword: string, limit: JsonValue | undefined, place: string): Verdict {
  const bound = numberOf(limit);
  if (bound === null) return unknown(`${place}: ${keyword} is not a number`);
  const sign = keyword.endsWith("inimum") ? -1 : 1;
  const [inclusive, exclusive] = sign < 0 ? ["minimum", "exclusiveMinimum"] : ["maximum", "exclusiveMaximum"];
  const edge = edgeOf(numberOf(from[inclusive]), numberOf(from[exclusive]), sign, isWhole(from));
  if (edge === null)
    return unknown(`${place}: the producer names no ${inclusive}, the consumer asks for ${keyword} ${bound}`);
  const distance = sign * (edge.value - bound);
  const holds = keyword === exclusive ? distance < 0 || (distance === 0 && edge.open) : distance <= 0;
  return holds
    ? YES
    : no(place, `${edge.open ? exclusive : inclusive} ${edge.value} is not within ${keyword} ${bound}`);
}

/** The tighter of two limits; for whole numbers an open limit is the next whole number, closed. */
function edgeOf(
  inclusive: number | null,
  exclusive: number | null,
  sign: number,
  whole: boolean,
): { readonly value: number; readonly open: boolean } | null {
  const closed = whole && exclusive !== null ? sign * (Math.ceil(sign * exclusive) - 1) : null;
  const limits = [
    ...(inclusive === null ? [] : [{ value: inclusive, open: false }]),
    ...(exclusive === null
      ? []
      : [closed === null ? { value: exclusive, open: true } : { value: closed, open: false }]),
  ];
  limits.sort((a, b) => sign * (a.value - b.value) || Number(b.open) - Number(a.open));
  return limits[0] ?? null;
}

const isWhole = (schema: JsonSchema): boolean => namedTypes(schema)?.every((type) => type === "integer") ?? false;

export function compareStep(from: JsonSchema, step: JsonValue | undefined, place: string): Verdict {
  if (sameJson(from.multipleOf, step)) return YES;
  const asked = numberOf(step);
  const offered = numberOf(from.multipleOf) ?? (isWhole(from) ? 1 : null);
  if (
    asked === null ||
    offered === null ||
    !Number.isSafeInteger(asked) ||
    !Number.isSafeInteger(offered) ||
    asked <= 0
  ) {
    return unknown(`${place}: multiples of ${JSON.stringify(step)} are asked for`);
  }
  if (offered % asked === 0) return YES;
  return from.multipleOf === undefined
    ? unknown(`${place}: multiples of ${asked} are asked for`)
    : no(place, `multiples of ${offered} are not all multiples of ${asked}`);
}

/** A consumer that lists the values it takes. */
export function compareChoice(from: JsonSchema, values: readonly JsonValue[], place: string): Verdict {
  const types = namedTypes(from);
  if (types === null) return unknown(`${place}: the consumer takes only certain values`);
  const typed = values.filter((value) => types.some((type) => isOfType(value, type)));
  if (typed.length === 0) return no(place, `no ${types.join(" or ")} is among the values accepted`, true);
  const covered = types.every(
    (type) => type === "null" || (type === "boolean" && values.includes(true) && values.includes(false)),
  );
  return covered && (!types.includes("null") || values.includes(null))
    ? YES
    : unknown(`${place}: the consumer takes only certain values`);
}

function isOfType(value: JsonValue, type: string): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  return type === "object" ? isObject(value) : typeof value === type;
}
