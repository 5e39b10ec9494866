import { isList, isObject } from "../../../../contracts/json/narrow.ts";
import type { JsonObject, JsonSchema, JsonValue } from "../../../../contracts/json/json.ts";
import { pointerSteps, valueAt } from "../../contract/json-path.ts";
import { assertions } from "../schema-parts.ts";
import { appliedChecks, sameCheck, type Schemas } from "./applied-checks.ts";
import { arrayChecks } from "./array-checks.ts";
import { objectChecks } from "./object-checks.ts";
import { plainChecks } from "./plain-checks.ts";
import { Unjudged } from "./run.ts";
import { numberChecks, stringChecks } from "./scalar-checks.ts";
import { SchemaNode, type Check, type Checks } from "./schema-node.ts";

/** A schema that asks the same of whatever it is given. */
function always(...checks: readonly Check[]): SchemaNode {
  const same: Checks = {
    ...{ object: checks, list: checks, text: checks, number: checks, other: checks },
    ...{ applies: false, collects: false },
  };
  return new SchemaNode(() => same);
}

const TAKES_ALL = always();
const TAKES_NONE = always((_value, run) => run.fail("is not allowed here"));
const LEADS_NOWHERE = always(() => {
  throw new Unjudged("unresolved");
});
const LEADS_BACK = always(() => {
  throw new Unjudged("endless");
});

/** Keywords that hand the value, or parts of it, on to other schemas. */
const APPLYING = [
  ...["$ref", "allOf", "anyOf", "oneOf", "not", "if", "dependentSchemas", "dependencies", "propertyNames"],
  ...["properties", "patternProperties", "additionalProperties", "unevaluatedProperties"],
  ...["items", "prefixItems", "additionalItems", "contains", "unevaluatedItems"],
];

/** A schema ready to be asked, and how large it is. */
export interface CompiledSchema {
  readonly root: SchemaNode;
  /** Values of any kind in its text. */
  readonly size: number;
}

/** Makes a schema ready. What it holds is made ready when it is first asked, and kept. */
export function compileSchema(schema: JsonSchema): CompiledSchema {
  const { references, size } = survey(schema);
  return { root: new Nodes(schema, references).of(schema), size };
}

class Nodes implements Schemas {
  readonly #root: JsonSchema;
  /** What references lead to, with how often. */
  readonly #targets = new Map<JsonValue, number>();
  readonly #referred = new Map<string, SchemaNode>();
  readonly #nodes = new Map<JsonObject, SchemaNode>();

  constructor(root: JsonSchema, references: ReadonlyMap<string, number>) {
    this.#root = root;
    for (const [reference, count] of references) {
      const target = this.#find(reference);
      if (!isObject(target)) continue;
      // A definition stands nowhere by itself; every other schema is met where it stands as well.
      const stands = /^#\/(?:\$defs|definitions)\/[^/]*$/.test(reference) ? 0 : 1;
      this.#targets.set(target, (this.#targets.get(target) ?? stands) + count);
    }
  }

  of(schema: JsonValue): SchemaNode {
    if (!isObject(schema)) return schema === false ? TAKES_NONE : TAKES_ALL;
    const known = this.#nodes.get(schema);
    if (known !== undefined) return known;
    const node = this.#isOnlyReference(schema)
      ? this.#followed(schema)
      : new SchemaNode(() => checksOf(schema, this), (this.#targets.get(schema) ?? 0) > 1);
    this.#nodes.set(schema, node);
    return node;
  }

  referred(reference: JsonValue): SchemaNode {
    if (typeof reference !== "string") return LEADS_NOWHERE;
    let node = this.#referred.get(reference);
    if (node === undefined) {
      const target = this.#find(reference);
      node = target === undefined ? LEADS_NOWHERE : this.of(target);
      this.#referred.set(reference, node);
    }
    return node;
  }

  #isOnlyReference(schema: JsonObject): boolean {
    return typeof schema["$ref"] === "string" && assertions(schema).length === 1;
  }

  /** Where references that say nothing themselves end. */
  #followed(from: JsonObject): SchemaNode {
    const passed = new Set<JsonValue>();
    let schema: JsonValue | undefined = from;
    while (isObject(schema) && this.#isOnlyReference(schema)) {
      if (passed.has(schema)) return LEADS_BACK;
      passed.add(schema);
      const reference: JsonValue | undefined = schema["$ref"];
      schema = typeof reference === "string" ? this.#find(reference) : undefined;
    }
    return schema === undefined ? LEADS_NOWHERE : this.of(schema);
  }

  #find(reference: string): JsonValue | undefined {
    const steps = reference.startsWith("#") ? pointerSteps(reference) : null;
    return steps === null ? undefined : schemaAt(this.#root, steps);
  }
}

function schemaAt(root: JsonSchema, steps: readonly string[]): JsonValue | undefined {
  const found = valueAt(root, steps);
  return isObject(found) || typeof found === "boolean" ? found : undefined;
}

function checksOf(schema: JsonObject, schemas: Schemas): Checks {
  const { $ref } = schema;
  const first: readonly Check[] = $ref === undefined ? [] : [sameCheck(schemas.referred($ref))];
  const any = [...first, ...plainChecks(schema), ...appliedChecks(schema, schemas)];
  return {
    object: [...any, ...objectChecks(schema, schemas)],
    list: [...any, ...arrayChecks(schema, schemas)],
    text: [...any, ...stringChecks(schema)],
    number: [...any, ...numberChecks(schema)],
    other: any,
    applies: APPLYING.some((keyword) => schema[keyword] !== undefined),
    collects: schema["unevaluatedProperties"] !== undefined || schema["unevaluatedItems"] !== undefined,
  };
}

/** Counts what is there, and the references among it. Whatever looks like a reference counts: too many do no harm. */
function survey(schema: JsonSchema): { readonly references: ReadonlyMap<string, number>; readonly size: number } {
  const references = new Map<string, number>();
  let size = 0;
  const open: JsonValue[] = [schema];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    size++;
    if (isList(next)) for (const item of next) open.push(item);
    else if (isObject(next)) {
      const { $ref } = next;
      if (typeof $ref === "string") references.set($ref, (references.get($ref) ?? 0) + 1);
      for (const value of Object.values(next)) open.push(value);
    }
  }
  return { references, size };
}
