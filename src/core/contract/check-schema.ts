import type { JsonObject, JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import type { ContractProblem } from "./contract-problem.ts";
import { contractProblem } from "./contract-problem.ts";
import type { PathStep } from "./json-path.ts";
import { pointerSteps, valueAt } from "./json-path.ts";
import { isObject } from "./map-schema.ts";
import { LIST_KEYWORDS, MAP_KEYWORDS, MAX_SCHEMA_DEPTH, SCHEMA_KEYWORDS, SCHEMA_TYPES } from "./schema-keywords.ts";

const MAX_PROBLEMS = 50;
const COUNTS = new Set([
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "minContains",
  "maxContains",
]);
const NUMBERS = new Set(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]);
/** References other than local pointers would need a schema from elsewhere, or a scope that embedding changes. */
const FOREIGN = new Set(["$dynamicRef", "$recursiveRef", "$anchor", "$dynamicAnchor", "$recursiveAnchor"]);

interface Walk {
  readonly root: JsonSchema;
  readonly found: ContractProblem[];
}

/**
 * Everything that keeps a schema from being usable JSON Schema 2020-12: unknown types, keywords of the wrong shape,
 * patterns that do not compile, references that are remote, unresolvable or lead only to themselves. ST007 each.
 */
export function checkSchema(schema: JsonSchema, place: readonly PathStep[]): readonly ContractProblem[] {
  const walk: Walk = { root: schema, found: [] };
  visit(walk, schema, place, 0);
  return walk.found;
}

function report(walk: Walk, place: readonly PathStep[], message: string, hint: string): void {
  if (walk.found.length < MAX_PROBLEMS) walk.found.push(contractProblem("ST007", place, message, hint));
}

function visit(walk: Walk, schema: JsonValue, place: readonly PathStep[], depth: number): void {
  if (typeof schema === "boolean") return;
  if (!isObject(schema))
    return report(walk, place, "this is not a JSON Schema", "write a mapping such as {type: string}");
  if (depth > MAX_SCHEMA_DEPTH)
    return report(walk, place, `the schema is nested more than ${MAX_SCHEMA_DEPTH} deep`, "use $defs and $ref");
  for (const [keyword, value] of Object.entries(schema)) {
    const at = [...place, keyword];
    if (SCHEMA_KEYWORDS.has(keyword)) {
      if (Array.isArray(value))
        report(walk, at, `${keyword} must be one schema`, "use prefixItems for a list of schemas");
      else visit(walk, value, at, depth + 1);
    } else if (LIST_KEYWORDS.has(keyword)) visitList(walk, keyword, value, at, depth);
    else if (MAP_KEYWORDS.has(keyword)) visitMap(walk, keyword, value, at, depth);
    else checkKeyword(walk, keyword, value, at);
  }
}

function visitList(walk: Walk, keyword: string, value: JsonValue, at: readonly PathStep[], depth: number): void {
  if (!Array.isArray(value) || value.length === 0)
    return report(walk, at, `${keyword} must be a list of schemas`, "give at least one");
  value.forEach((one: JsonValue, i) => visit(walk, one, [...at, i], depth + 1));
}

function visitMap(walk: Walk, keyword: string, value: JsonValue, at: readonly PathStep[], depth: number): void {
  if (!isObject(value)) return report(walk, at, `${keyword} must map names to schemas`, "write a mapping");
  for (const [name, one] of Object.entries(value)) {
    if (keyword === "patternProperties") checkPattern(walk, name, [...at, name]);
    visit(walk, one, [...at, name], depth + 1);
  }
}

function checkKeyword(walk: Walk, keyword: string, value: JsonValue, at: readonly PathStep[]): void {
  const strings = Array.isArray(value) && value.every((one) => typeof one === "string");
  if (keyword === "type") return checkType(walk, value, at);
  if (keyword === "$ref") return checkReference(walk, value, at);
  if (keyword === "pattern") return checkPattern(walk, value, at);
  if (keyword === "required" && !strings)
    return report(walk, at, "required must be a list of property names", "list the names on the object");
  if (keyword === "enum" && !Array.isArray(value))
    return report(walk, at, "enum must be a list of values", "write [a, b]");
  if (keyword === "format" && typeof value !== "string")
    return report(walk, at, "format must be text", "use a format such as date-time");
  if (keyword === "uniqueItems" && typeof value !== "boolean")
    return report(walk, at, "uniqueItems must be true or false", "correct it");
  if (COUNTS.has(keyword) && !(Number.isInteger(value) && (value as number) >= 0)) {
    return report(walk, at, `${keyword} must be a whole number of at least 0`, "correct it");
  }
  if (NUMBERS.has(keyword) && !(typeof value === "number" && (keyword !== "multipleOf" || value > 0))) {
    return report(walk, at, `${keyword} must be a number`, "correct it");
  }
  if (FOREIGN.has(keyword))
    report(walk, at, `${keyword} is not supported`, "refer with $ref to a JSON pointer in the same schema");
}

function checkType(walk: Walk, value: JsonValue, at: readonly PathStep[]): void {
  const types: readonly JsonValue[] = Array.isArray(value) ? value : [value];
  const wrong = types.filter((type) => typeof type !== "string" || !SCHEMA_TYPES.has(type));
  if (types.length > 0 && wrong.length === 0) return;
  const shown = wrong.map((type) => JSON.stringify(type)).join(", ") || "an empty list";
  report(walk, at, `${shown} is not a JSON Schema type`, `use one of ${[...SCHEMA_TYPES].join(", ")}`);
}

function checkPattern(walk: Walk, value: JsonValue, at: readonly PathStep[]): void {
  try {
    if (typeof value === "string") return void new RegExp(value, "u");
  } catch {
    // Reported below, like a pattern that is not text.
  }
  report(walk, at, "the pattern is not a regular expression", "use ECMAScript syntax");
}

function checkReference(walk: Walk, value: JsonValue, at: readonly PathStep[]): void {
  const steps = typeof value === "string" && value.startsWith("#") ? pointerSteps(value) : null;
  if (steps === null) {
    return report(
      walk,
      at,
      `${JSON.stringify(value)} is not a local reference`,
      "copy the schema under $defs and refer to #/$defs/name",
    );
  }
  const seen = new Set<JsonObject>();
  for (let target = valueAt(walk.root, steps); ;) {
    if (typeof target === "boolean") return;
    if (!isObject(target))
      return report(walk, at, `${JSON.stringify(value)} leads nowhere`, "define what it names under $defs");
    if (seen.has(target))
      return report(walk, at, `${JSON.stringify(value)} leads only back to itself`, "define what it names");
    seen.add(target);
    const next = target["$ref"];
    const nextSteps = typeof next === "string" && next.startsWith("#") ? pointerSteps(next) : null;
    if (nextSteps === null) return;
    target = valueAt(walk.root, nextSteps);
  }
}
