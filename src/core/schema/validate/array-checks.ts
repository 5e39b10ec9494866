import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";
import type { Schemas } from "./applied-checks.ts";
import { canonicalText } from "./canonical-text.ts";
import { listOf } from "./plain-checks.ts";
import type { Run } from "./run.ts";
import { acceptsPart, type Check, type SchemaNode } from "./schema-node.ts";

type ArrayCheck = Check<readonly JsonValue[]>;

/** The checks of the keywords that speak of lists. What items nobody has spoken of must be comes last. */
export function arrayChecks(schema: JsonObject, schemas: Schemas): readonly ArrayCheck[] {
  const checks: ArrayCheck[] = [];
  const { minItems, maxItems, contains, uniqueItems, unevaluatedItems } = schema;
  if (typeof maxItems === "number")
    checks.push(
      ({ length }, run) => length <= maxItems || run.fail(`has ${length} items, at most ${maxItems} are allowed`),
    );
  if (typeof minItems === "number")
    checks.push(
      ({ length }, run) => length >= minItems || run.fail(`has ${length} items, at least ${minItems} are wanted`),
    );
  const items = itemsCheck(schema, schemas);
  if (items !== null) checks.push(items);
  if (contains !== undefined) checks.push(containsCheck(schemas.of(contains), schema));
  if (unevaluatedItems !== undefined) checks.push(unevaluatedCheck(schemas.of(unevaluatedItems)));
  if (uniqueItems === true) checks.push(uniqueCheck);
  return checks;
}

/** Items by position, then the rest: `prefixItems` and `items`, or a list of `items` and `additionalItems` as it was once. */
function itemsCheck(schema: JsonObject, schemas: Schemas): ArrayCheck | null {
  const { items, prefixItems, additionalItems } = schema;
  const first = [...listOf(prefixItems), ...listOf(items)].map((one) => schemas.of(one));
  const others = Array.isArray(items) ? additionalItems : items;
  const rest = others === undefined ? null : schemas.of(others);
  if (first.length === 0 && rest === null) return null;
  return (value, run, seen) => {
    let answer = true;
    const end = rest === null ? Math.min(first.length, value.length) : value.length;
    for (let i = 0; i < end; i++) {
      const node = first[i] ?? rest;
      if (node === null || acceptsPart(node, value[i] ?? null, i, run)) continue;
      answer = false;
      if (run.isDecided) return false;
    }
    if (seen !== null) seen.items = Math.max(seen.items, end);
    return answer;
  };
}

function containsCheck(node: SchemaNode, { minContains, maxContains }: JsonObject): ArrayCheck {
  const least = typeof minContains === "number" ? minContains : 1;
  const most = typeof maxContains === "number" ? maxContains : Infinity;
  return (value, run, seen) => {
    let count = 0;
    run.hush();
    for (let i = 0; i < value.length; i++) {
      if (!acceptsPart(node, value[i] ?? null, i, run)) continue;
      count++;
      seen?.scattered.add(i);
      if (seen === null && count >= least && most === Infinity) break;
    }
    run.speak();
    if (count < least) return run.fail(`contains ${count} items of the wanted kind, at least ${least} are wanted`);
    return count <= most || run.fail(`contains ${count} items of the wanted kind, at most ${most} are allowed`);
  };
}

function unevaluatedCheck(node: SchemaNode): ArrayCheck {
  return (value, run, seen) => {
    let answer = true;
    for (let i = 0; i < value.length; i++) {
      run.work.spend(1);
      if (seen?.hasItem(i) || acceptsPart(node, value[i] ?? null, i, run)) continue;
      answer = false;
      if (run.isDecided) return false;
    }
    if (seen !== null) seen.items = value.length;
    return answer;
  };
}

function uniqueCheck(value: readonly JsonValue[], run: Run): boolean {
  const plain = new Set<JsonValue>();
  const others = new Map<string, number>();
  run.work.spend(10 * value.length);
  for (const [i, item] of value.entries()) {
    if (typeof item !== "object" || item === null) {
      const { size } = plain;
      if (plain.add(item).size === size) return run.fail(`has the same item at ${value.indexOf(item)} and at ${i}`);
      continue;
    }
    const text = canonicalText(item, run.work, run.texts);
    const before = others.get(text);
    if (before !== undefined) return run.fail(`has the same item at ${before} and at ${i}`);
    others.set(text, i);
  }
  return true;
}
