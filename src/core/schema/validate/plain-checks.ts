import { isList } from "../../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";
import { Budget } from "../budget.ts";
import { canonicalText } from "./canonical-text.ts";
import type { Check } from "./schema-node.ts";
import { shown, type Run } from "./run.ts";

/** The checks of the keywords that ask the same of values of every kind, in the order in which they are asked. */
export function plainChecks(schema: JsonObject): readonly Check[] {
  const checks: Check[] = [];
  const { type, const: only, enum: values } = schema;
  if (type !== undefined) checks.push(typeCheck(typeof type === "string" ? [type] : listOf(type)));
  if (only !== undefined) checks.push(choiceCheck([only]));
  if (Array.isArray(values)) checks.push(choiceCheck(listOf(values)));
  return checks;
}

export const listOf = (value: JsonValue | undefined): readonly JsonValue[] =>
  value !== undefined && isList(value) ? value : [];

function typeCheck(types: readonly JsonValue[]): Check {
  const message = `must be of type ${types.filter((type) => typeof type === "string").join(" or ")}`;
  const [only] = types;
  // Most schemas name one type, and most of these a simple one.
  if (types.length === 1 && (only === "string" || only === "number" || only === "boolean"))
    return (value, run) => typeof value === only || run.fail(message);
  const taken = new Set(types);
  const integers = taken.has("integer");
  return (value, run) => taken.has(typeOf(value)) || (integers && Number.isInteger(value)) || run.fail(message);
}

function typeOf(value: JsonValue): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return isList(value) ? "array" : "object";
}

const isPlain = (value: JsonValue): boolean => typeof value !== "object" || value === null;
const NO_LIMIT = (): Budget => new Budget(Infinity);

/** `const` and `enum`: one of these values. */
function choiceCheck(values: readonly JsonValue[]): Check {
  const plain = new Set(values.filter(isPlain));
  const others = values.filter((value) => !isPlain(value));
  let texts: ReadonlySet<string> | null = null;
  const isAmong = (value: JsonValue, run: Run): boolean => {
    if (isPlain(value)) return plain.has(value);
    if (others.length === 0) return false;
    texts ??= new Set(others.map((other) => canonicalText(other, NO_LIMIT(), new Map())));
    return texts.has(canonicalText(value, run.work, run.texts));
  };
  return (value, run) => isAmong(value, run) || (!run.isDecided && run.fail(choices(values)));
}

const MAX_CHOICES = 10;

function choices(values: readonly JsonValue[]): string {
  const some = values.slice(0, MAX_CHOICES).map(choice);
  const rest = values.length - some.length;
  const listed = some.length === 1 ? `${some[0]}` : `one of ${some.join(", ")}`;
  return `must be ${listed}${rest > 0 ? ` or ${rest} others` : ""}`;
}

function choice(value: JsonValue): string {
  if (typeof value === "string") return JSON.stringify(shown(value));
  if (typeof value !== "object" || value === null) return String(value);
  return isList(value) ? "a certain list" : "a certain object";
}
