import type { Random } from "../sim/random.ts";
import { oddValue, type Odd } from "./odd.ts";

const PATTERNS = [
  "^[a-z]+$",
  "^(a+)+$",
  "^(a|aa)*$",
  "(?=x)y",
  "(a)\\1",
  "^(?:(?:a{1,50}){1,50}){1,50}$",
  "[",
  "\\p{L}+",
  "(x+x+)+y",
  ".*.*.*=.*",
] as const;

/** A contract's schema: sometimes sound, sometimes costly, sometimes none. */
export function schema(random: Random, depth = 0): Odd {
  const inner = (): Odd => (depth > 3 ? true : schema(random, depth + 1));
  switch (random.below(15)) {
    case 0:
      return { type: "string", pattern: random.pick(PATTERNS) };
    case 1:
      return { type: "string", maxLength: random.below(50), minLength: random.below(80) };
    case 2:
      return { type: "integer", minimum: random.below(10), multipleOf: random.pick([0, 2, 0.1, 1e-12]) };
    case 3:
      return { type: "array", items: inner(), uniqueItems: true };
    case 4:
      return { type: "object", properties: { a: inner(), b: inner() }, required: ["a"], additionalProperties: inner() };
    case 5:
      return { anyOf: Array.from({ length: 1 + random.below(6) }, inner) };
    case 6:
      return { oneOf: Array.from({ length: 1 + random.below(6) }, inner) };
    case 7:
      return { allOf: [inner(), inner()] };
    case 8:
      return doubling(random.pick([3, 12, 25]));
    case 9:
      return { enum: Array.from({ length: random.pick([2, 2_000]) }, (_, place) => `v${place}`) };
    case 10:
      return { type: random.pick(["objec", "number", ["string", "null"]] as const) as Odd };
    case 11:
      return { $ref: random.pick(["#", "#/definitions/none", "https://example.com/schema.json"]) };
    case 12:
      return { not: inner(), patternProperties: { [random.pick(PATTERNS)]: inner() } };
    case 13:
      return { contains: inner(), minContains: random.below(4), propertyNames: { pattern: random.pick(PATTERNS) } };
    default:
      return oddValue(random);
  }
}

/** So many levels, each of which refers to the next one twice. */
function doubling(levels: number): Odd {
  const definitions: Record<string, Odd> = { [`l${levels}`]: { type: "string" } };
  for (let level = 0; level < levels; level++) {
    const next = { $ref: `#/definitions/l${level + 1}` };
    definitions[`l${level}`] = { allOf: [next, next] };
  }
  return { $ref: "#/definitions/l0", definitions };
}

/** A value such a schema may meet. */
export function value(random: Random): Odd {
  switch (random.below(7)) {
    case 0:
      return `${"a".repeat(random.pick([3, 31, 5_000]))}!`;
    case 1:
      return Array.from({ length: random.pick([2, 300, 20_000]) }, (_, place) => ({ id: place % 7 }));
    case 2:
      return { a: `${"a".repeat(31)}!`, b: [1, 2, 3] };
    case 3:
      return random.below(100);
    case 4:
      return Array.from({ length: random.pick([10, 1_000]) }, () => "x".repeat(random.below(30)));
    default:
      return oddValue(random);
  }
}
