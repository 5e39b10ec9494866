import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";
import type { Evaluated } from "./evaluated.ts";
import { listOf } from "./plain-checks.ts";
import type { Run } from "./run.ts";
import { accepts, type Check, type SchemaNode } from "./schema-node.ts";

/** Finds the schema that a schema holds or refers to. */
export interface Schemas {
  of(schema: JsonValue): SchemaNode;
  /** What a reference leads to; asking it is an error where it leads nowhere. */
  referred(reference: JsonValue): SchemaNode;
}

/** Whether a schema takes a value, without saying why not. */
function takesQuietly(node: SchemaNode, value: JsonValue, run: Run, seen: Evaluated | null): boolean {
  run.hush();
  const inner = seen?.fresh() ?? null;
  const answer = accepts(node, value, run, inner);
  run.speak();
  if (answer && inner !== null) seen?.add(inner);
  return answer;
}

/** Whether a schema takes a value, its own findings being those of the whole. */
function takesAloud(node: SchemaNode, value: JsonValue, run: Run, seen: Evaluated | null): boolean {
  if (seen === null) return accepts(node, value, run, null);
  const inner = seen.fresh();
  const answer = accepts(node, value, run, inner);
  if (answer) seen.add(inner);
  return answer;
}

/** The checks of the keywords that hand the very same value to other schemas. */
export function appliedChecks(schema: JsonObject, schemas: Schemas): readonly Check[] {
  const checks: Check[] = [];
  const several = (keyword: string): readonly SchemaNode[] => listOf(schema[keyword]).map((one) => schemas.of(one));
  if (schema["not"] !== undefined) checks.push(notCheck(schemas.of(schema["not"])));
  if (Array.isArray(schema["anyOf"])) checks.push(anyOfCheck(several("anyOf")));
  if (Array.isArray(schema["allOf"])) for (const node of several("allOf")) checks.push(sameCheck(node));
  if (Array.isArray(schema["oneOf"])) checks.push(oneOfCheck(several("oneOf")));
  if (schema["if"] !== undefined) {
    const [then, otherwise] = [schema["then"], schema["else"]].map((one) =>
      one === undefined ? null : schemas.of(one),
    );
    checks.push(ifCheck(schemas.of(schema["if"]), then ?? null, otherwise ?? null));
  }
  return checks;
}

/** The check of a schema that must take the value as well: `$ref`, a part of `allOf`. */
export const sameCheck =
  (node: SchemaNode): Check =>
  (value, run, seen) =>
    takesAloud(node, value, run, seen);

const notCheck =
  (node: SchemaNode): Check =>
  (value, run) =>
    takesQuietly(node, value, run, null) ? run.fail("is what the schema excludes") : true;

const anyOfCheck =
  (nodes: readonly SchemaNode[]): Check =>
  (value, run, seen) => {
    let taken = false;
    for (const node of nodes) {
      if (!takesQuietly(node, value, run, seen)) continue;
      taken = true;
      if (seen === null) break;
    }
    return taken || run.fail("satisfies none of the alternatives");
  };

const oneOfCheck =
  (nodes: readonly SchemaNode[]): Check =>
  (value, run, seen) => {
    let taken = 0;
    for (const node of nodes) {
      if (takesQuietly(node, value, run, seen)) taken++;
      if (taken > 1) break;
    }
    return taken === 1 || run.fail("must satisfy exactly one of the alternatives");
  };

const ifCheck =
  (condition: SchemaNode, then: SchemaNode | null, otherwise: SchemaNode | null): Check =>
  (value, run, seen) => {
    const next = takesQuietly(condition, value, run, seen) ? then : otherwise;
    return next === null || takesAloud(next, value, run, seen);
  };
