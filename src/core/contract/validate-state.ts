import type { OutputUnit, Schema } from "@cfworker/json-schema";
import { Validator } from "@cfworker/json-schema";
import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { jsonPath, pointerSteps } from "./json-path.ts";

/** One way in which a state does not satisfy its schema. */
export interface StateProblem {
  /** JSON path into the state: `$["document.text"]`. */
  readonly place: string;
  /** What is wrong there, to be read after the place: `must be of type string`. */
  readonly message: string;
}

const MAX_PROBLEMS = 100;
/** Keywords that only repeat what is wrong inside them. */
const WRAPPERS = new Set([
  "$ref",
  "properties",
  "patternProperties",
  "additionalProperties",
  "unevaluatedProperties",
  "dependentSchemas",
  "items",
  "additionalItems",
  "unevaluatedItems",
  "prefixItems",
  "allOf",
  "if",
]);
/** Keywords whose inner findings say why each alternative fails: the alternative as a whole is the finding. */
const ALTERNATIVES = new Set(["anyOf", "oneOf", "not", "contains"]);

const compiled = new WeakMap<JsonSchema, Validator>();

/**
 * Compiles a schema once and remembers it by identity. The copy is needed: the validator writes into the schemas it is
 * given, and ours are shared and may be frozen.
 */
function compile(schema: JsonSchema): Validator {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const validator = new Validator(JSON.parse(JSON.stringify(schema)) as Schema, "2020-12", false);
  compiled.set(schema, validator);
  return validator;
}

/**
 * Everything that keeps a state from satisfying its schema (JSON Schema 2020-12), at most a hundred findings; empty
 * when it does. `place` is what the paths start from. Total: a schema that cannot be applied is itself a finding.
 */
export function validateState(schema: JsonSchema, state: JsonValue, place = "$"): readonly StateProblem[] {
  try {
    const outcome = compile(schema).validate(state);
    return outcome.valid ? [] : problems(outcome.errors, state, place);
  } catch {
    // An unresolvable reference or one that recurses on the same value; loadContract refuses the first.
    return [{ place, message: "cannot be checked: the schema has a reference that leads nowhere or never ends" }];
  }
}

function problems(errors: readonly OutputUnit[], state: JsonValue, place: string): readonly StateProblem[] {
  const alternatives = errors.filter((one) => ALTERNATIVES.has(one.keyword)).map((one) => `${one.keywordLocation}/`);
  const telling = errors.filter(
    (one) => !WRAPPERS.has(one.keyword) && !alternatives.some((above) => one.keywordLocation.startsWith(above)),
  );
  const chosen = telling.length > 0 ? telling : errors;
  const seen = new Map<string, StateProblem>();
  for (const one of chosen) {
    const found = { place: placeOf(one.instanceLocation, state, place), message: messageOf(one) };
    seen.set(`${found.place} ${found.message}`, found);
    if (seen.size === MAX_PROBLEMS) break;
  }
  return [...seen.values()];
}

/** Turns the validator's URI fragment into a path, telling indices from names by what is there. */
function placeOf(location: string, state: JsonValue, place: string): string {
  let value: unknown = state;
  const steps = (pointerSteps(location) ?? []).map((step) => {
    const isItem = Array.isArray(value) && /^\d+$/.test(step);
    value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[step] : undefined;
    return isItem ? Number(step) : step;
  });
  return jsonPath(steps, place);
}

function messageOf({ keyword, error }: OutputUnit): string {
  const quoted = /"([^"]*)"\.?$/.exec(error)?.[1];
  switch (keyword) {
    case "type":
      return `must be of type ${/Expected (.*)\.$/.exec(error)?.[1]?.replaceAll('"', "") ?? "the schema"}`;
    case "required":
      return `has no ${quoted ?? "required property"}`;
    case "false":
    case "additionalProperties":
    case "unevaluatedProperties":
      return "is not allowed here";
    case "anyOf":
      return "satisfies none of the alternatives";
    case "oneOf":
      return "must satisfy exactly one of the alternatives";
    case "not":
      return "is what the schema excludes";
    default:
      return `violates ${keyword}: ${error}`;
  }
}
