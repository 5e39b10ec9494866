import { isObject } from "../../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";
import { patternOf, type Pattern } from "../pattern/pattern.ts";
import { sameCheck, type Schemas } from "./applied-checks.ts";
import { listOf } from "./plain-checks.ts";
import { shown, Unjudged } from "./run.ts";
import { acceptsPart, type Check, type SchemaNode } from "./schema-node.ts";

type ObjectCheck = Check<JsonObject>;

/** The checks of the keywords that speak of objects. What members nobody has spoken of must be comes last. */
export function objectChecks(schema: JsonObject, schemas: Schemas): readonly ObjectCheck[] {
  const checks: ObjectCheck[] = [];
  const { required, minProperties, maxProperties, propertyNames, unevaluatedProperties } = schema;
  if (Array.isArray(required)) checks.push(requiredCheck(namesOf(required)));
  if (typeof minProperties === "number" || typeof maxProperties === "number")
    checks.push(countCheck(numberOr(minProperties, 0), numberOr(maxProperties, Infinity)));
  if (propertyNames !== undefined) checks.push(namesCheck(schemas.of(propertyNames)));
  for (const [name, names] of membersOf(schema["dependentRequired"]))
    checks.push(dependentCheck(name, requiredCheck(namesOf(names), `, which ${shown(name)} asks for`)));
  for (const [name, one] of membersOf(schema["dependentSchemas"]))
    checks.push(dependentCheck(name, sameCheck(schemas.of(one))));
  for (const [name, one] of membersOf(schema["dependencies"]))
    checks.push(dependentCheck(name, Array.isArray(one) ? requiredCheck(namesOf(one)) : sameCheck(schemas.of(one))));
  const members = membersCheck(schema, schemas);
  if (members !== null) checks.push(members);
  if (unevaluatedProperties !== undefined && schema["additionalProperties"] === undefined)
    checks.push(unevaluatedCheck(schemas.of(unevaluatedProperties)));
  return checks;
}

const membersOf = (map: JsonValue | undefined): readonly (readonly [string, JsonValue])[] =>
  isObject(map) ? Object.entries(map) : [];

const namesOf = (names: JsonValue): readonly string[] =>
  listOf(names).filter((name): name is string => typeof name === "string");

const numberOr = (value: JsonValue | undefined, otherwise: number): number =>
  typeof value === "number" ? value : otherwise;

function requiredCheck(names: readonly string[], why = ""): ObjectCheck {
  return (value, run) => {
    let answer = true;
    for (const name of names) {
      run.work.spend(2);
      if (Object.hasOwn(value, name)) continue;
      if (run.isDecided) return false;
      answer = run.fail(`has no ${shown(name)}${why}`);
    }
    return answer;
  };
}

function countCheck(least: number, most: number): ObjectCheck {
  return (value, run) => {
    const count = run.namesOf(value).length;
    if (count < least) return run.fail(`has ${count} properties, at least ${least} are wanted`);
    return count <= most || run.fail(`has ${count} properties, at most ${most} are allowed`);
  };
}

function namesCheck(node: SchemaNode): ObjectCheck {
  return (value, run) => {
    let answer = true;
    for (const name of run.namesOf(value)) {
      run.hush();
      const taken = acceptsPart(node, name, name, run);
      run.speak();
      if (taken) continue;
      answer = run.fail(`has the property ${shown(name)}, whose name is not allowed`);
      if (run.isDecided) return false;
    }
    return answer;
  };
}

const dependentCheck =
  (name: string, check: ObjectCheck): ObjectCheck =>
  (value, run, seen) => {
    run.work.spend(2);
    return !Object.hasOwn(value, name) || check(value, run, seen);
  };

/** `properties`, `patternProperties` and `additionalProperties` in one walk over the members. */
function membersCheck(schema: JsonObject, schemas: Schemas): ObjectCheck | null {
  const { properties, patternProperties, additionalProperties } = schema;
  const named = new Map(membersOf(properties).map(([name, one]) => [name, schemas.of(one)]));
  const patterns = membersOf(patternProperties).map(([text, one]) => new NamePattern(text, schemas.of(one)));
  const others = additionalProperties === undefined ? null : schemas.of(additionalProperties);
  if (named.size === 0 && patterns.length === 0 && others === null) return null;
  return (value, run, seen) => {
    let answer = true;
    for (const name of run.namesOf(value)) {
      const own = named.get(name);
      const member = value[name] ?? null;
      let spoken = own !== undefined;
      let taken = own === undefined || acceptsPart(own, member, name, run);
      for (const pattern of patterns) {
        if (!pattern.matcher.test(name, run.work)) continue;
        spoken = true;
        if (!acceptsPart(pattern.node, member, name, run)) taken = false;
      }
      if (!spoken && others !== null) {
        spoken = true;
        taken = acceptsPart(others, member, name, run);
      }
      if (taken && spoken) seen?.names.add(name);
      if (taken) continue;
      answer = false;
      if (run.isDecided) return false;
    }
    return answer;
  };
}

class NamePattern {
  readonly #text: string;
  readonly node: SchemaNode;
  #matcher: Pattern | null = null;

  constructor(text: string, node: SchemaNode) {
    this.#text = text;
    this.node = node;
  }

  get matcher(): Pattern {
    this.#matcher ??= patternOf(this.#text);
    if (this.#matcher === null) throw new Unjudged("pattern");
    return this.#matcher;
  }
}

function unevaluatedCheck(node: SchemaNode): ObjectCheck {
  return (value, run, seen) => {
    let answer = true;
    for (const name of run.namesOf(value)) {
      if (seen?.names.has(name)) continue;
      if (acceptsPart(node, value[name] ?? null, name, run)) seen?.names.add(name);
      else {
        answer = false;
        if (run.isDecided) return false;
      }
    }
    return answer;
  };
}
