import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import type { Budget } from "../schema/budget.ts";
import { pointerSteps, pointerTo } from "./json-path.ts";
import { mapSchema } from "./map-schema.ts";

/** The schema with every local reference passed through `move`, which gets and gives the steps of the pointer. */
function moveReferences(schema: JsonSchema, move: (steps: readonly string[]) => readonly string[]): JsonSchema {
  return mapSchema(schema, (one): JsonObject => {
    const reference = one["$ref"];
    const steps = typeof reference === "string" && reference.startsWith("#") ? pointerSteps(reference) : null;
    return steps === null ? one : { ...one, $ref: pointerTo(move(steps)) };
  });
}

/** A schema made to stand as a property of an object schema: its references still point into itself. */
export const asProperty = (schema: JsonSchema, key: string): JsonSchema =>
  moveReferences(schema, (steps) => ["properties", key, ...steps]);

/**
 * A property's schema made to stand alone: what it refers to in the object schema comes along. References to the
 * property itself become references to the root; others reach what is kept of the object schema under `$defs`: the
 * definitions that are needed, or all of it where something else is referred to. What comes along is counted in `work`.
 */
export function standingAlone(property: JsonSchema, key: string, whole: JsonSchema, work?: Budget): JsonSchema {
  const outside: (readonly string[])[] = [];
  const inside = (steps: readonly string[]): boolean => steps[0] === "properties" && steps[1] === key;
  const moved = moveReferences(property, (steps) => {
    if (inside(steps)) return steps.slice(2);
    outside.push(steps);
    return ["$defs", WHOLE, ...steps];
  });
  if (outside.length === 0) return moved;
  const kept = neededOf(whole, outside, work);
  const embedded = moveReferences(kept, (steps) => ["$defs", WHOLE, ...steps]);
  const own = isObject(moved["$defs"]) ? moved["$defs"] : {};
  return { ...moved, $defs: { ...own, [WHOLE]: embedded } };
}

const DEFINITIONS = ["$defs", "definitions"] as const;

/** The definitions that references lead to, and those these lead to; everything where one leads elsewhere. */
function neededOf(whole: JsonSchema, references: readonly (readonly string[])[], work?: Budget): JsonSchema {
  const needed = new Map<string, Map<string, JsonValue>>();
  const open = [...references];
  for (let steps = open.pop(); steps !== undefined; steps = open.pop()) {
    const [place = "", name = ""] = steps;
    const definitions = DEFINITIONS.some((known) => known === place) ? whole[place] : undefined;
    if (steps.length < 2 || !isObject(definitions) || !Object.hasOwn(definitions, name)) {
      referencesIn(whole, work);
      return whole;
    }
    const chosen = needed.get(place) ?? new Map<string, JsonValue>();
    needed.set(place, chosen);
    const definition = definitions[name];
    if (definition === undefined || chosen.has(name)) continue;
    chosen.set(name, definition);
    open.push(...referencesIn(definition, work));
  }
  return Object.fromEntries([...needed].map(([place, chosen]) => [place, Object.fromEntries(chosen)]));
}

/** Whatever looks like a local reference: too many do no harm. Each value that is looked at is counted. */
function referencesIn(schema: JsonValue, work?: Budget): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const open: JsonValue[] = [schema];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    work?.spend(1);
    if (isList(next)) for (const item of next) open.push(item);
    else if (isObject(next)) {
      const { $ref } = next;
      const steps = typeof $ref === "string" && $ref.startsWith("#") ? pointerSteps($ref) : null;
      if (steps !== null) found.push(steps);
      for (const value of Object.values(next)) open.push(value);
    }
  }
  return found;
}

/** Cannot meet a definition of the author: the name is reserved here. */
const WHOLE = "__whole_state";
