import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import type { ContractProblem } from "./contract-problem.ts";
import { contractProblem } from "./contract-problem.ts";
import type { PathStep } from "./json-path.ts";
import { pointerSteps, valueAt } from "./json-path.ts";
import { loops } from "../schema/references.ts";
import { readPattern } from "../schema/pattern/read-pattern.ts";
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

/** Instructions that all patterns of one schema may become together. */
const MAX_PATTERNS_SIZE = 50_000;

type End = "schema" | "nowhere" | "itself";

interface Walk {
  readonly root: JsonSchema;
  readonly found: ContractProblem[];
  readonly visited: Set<JsonObject>;
  /** What references lead to, with the place of the reference: it may lie where no keyword holds schemas. */
  readonly referred: [JsonObject, readonly PathStep[]][];
  /** What is known of where the references of objects end. */
  readonly ends: Map<JsonObject, End>;
  patternsSize: number;
}

/**
 * Everything that keeps a schema from being usable JSON Schema 2020-12: unknown types, keywords of the wrong shape,
 * patterns that are none or cannot be matched in linear time, references that are remote, unresolvable or lead back to
 * themselves with the same value. ST007 each.
 */
export function checkSchema(schema: JsonSchema, place: readonly PathStep[]): readonly ContractProblem[] {
  const walk: Walk = {
    root: schema,
    found: [],
    visited: new Set(),
    referred: [],
    ends: new Map(),
    patternsSize: 0,
  };
  visit(walk, schema, place, 0);
  for (let next = walk.referred.pop(); next !== undefined; next = walk.referred.pop()) {
    if (!walk.visited.has(next[0])) visit(walk, next[0], next[1], 0);
  }
  if (walk.found.length === 0 && loops(schema)) {
    const message = "the schema leads back to itself with the same value, so it says nothing";
    report(walk, place, message, "refer to it from inside items or properties");
  }
  return walk.found;
}

function report(walk: Walk, place: readonly PathStep[], message: string, hint: string): void {
  if (walk.found.length < MAX_PROBLEMS) walk.found.push(contractProblem("ST007", place, message, hint));
}

function visit(walk: Walk, schema: JsonValue, place: readonly PathStep[], depth: number): void {
  if (typeof schema === "boolean" || walk.found.length >= MAX_PROBLEMS) return;
  if (!isObject(schema))
    return report(walk, place, "this is not a JSON Schema", "write a mapping such as {type: string}");
  if (depth > MAX_SCHEMA_DEPTH)
    return report(walk, place, `the schema is nested more than ${MAX_SCHEMA_DEPTH} deep`, "use $defs and $ref");
  walk.visited.add(schema);
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
    // The older `dependencies` takes a list of names as well.
    if (keyword === "dependencies" && isNames(one)) continue;
    visit(walk, one, [...at, name], depth + 1);
  }
}

const isNames = (value: JsonValue): boolean => Array.isArray(value) && value.every((one) => typeof one === "string");

function checkKeyword(walk: Walk, keyword: string, value: JsonValue, at: readonly PathStep[]): void {
  const strings = isNames(value);
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
  if (COUNTS.has(keyword) && !(typeof value === "number" && Number.isInteger(value) && value >= 0)) {
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
  if (types.length > SCHEMA_TYPES.size) return report(walk, at, "a type is named more than once", "name each once");
  if (types.length > 0 && wrong.length === 0) return;
  const shown = wrong.map((type) => JSON.stringify(type)).join(", ") || "an empty list";
  report(walk, at, `${shown} is not a JSON Schema type`, `use one of ${[...SCHEMA_TYPES].join(", ")}`);
}

function checkPattern(walk: Walk, value: JsonValue, at: readonly PathStep[]): void {
  if (typeof value !== "string") return report(walk, at, "the pattern is not text", "write a regular expression");
  const read = readPattern(value);
  if (!read.ok) {
    const where = read.error.at > 0 ? `, at character ${read.error.at + 1}` : "";
    return report(walk, at, `${read.error.message}${where}`, read.error.hint);
  }
  const before = walk.patternsSize;
  walk.patternsSize += read.value.size;
  if (before <= MAX_PATTERNS_SIZE && walk.patternsSize > MAX_PATTERNS_SIZE)
    report(walk, at, "the patterns of the schema repeat too much together", "repeat less, or use maxLength");
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
  const target = valueAt(walk.root, steps);
  if (isObject(target)) walk.referred.push([target, at]);
  const end = endOf(walk, target);
  if (end === "nowhere") report(walk, at, `${JSON.stringify(value)} leads nowhere`, "define what it names under $defs");
  if (end === "itself") report(walk, at, `${JSON.stringify(value)} leads only back to itself`, "define what it names");
}

/** Where references end, from one to the next. Each object is passed once in the whole walk. */
function endOf(walk: Walk, from: JsonValue | undefined): End {
  const passed = new Set<JsonObject>();
  let target = from;
  let end: End | null = null;
  while (end === null) {
    if (typeof target === "boolean") end = "schema";
    else if (!isObject(target)) end = "nowhere";
    else if (passed.has(target)) end = "itself";
    else {
      passed.add(target);
      const next = target["$ref"];
      const steps = typeof next === "string" && next.startsWith("#") ? pointerSteps(next) : null;
      end = walk.ends.get(target) ?? (steps === null ? "schema" : null);
      if (end === null && steps !== null) target = valueAt(walk.root, steps);
    }
  }
  for (const one of passed) walk.ends.set(one, end);
  return end;
}
