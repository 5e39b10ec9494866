import type { JsonObject, JsonSchema } from "../../../contracts/json/json.ts";
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
 * property itself become references to the root; others reach the object schema kept under `$defs`.
 */
export function standingAlone(property: JsonSchema, key: string, whole: JsonSchema): JsonSchema {
  let leans = false;
  const inside = (steps: readonly string[]): boolean => steps[0] === "properties" && steps[1] === key;
  const moved = moveReferences(property, (steps) => {
    if (inside(steps)) return steps.slice(2);
    leans = true;
    return ["$defs", WHOLE, ...steps];
  });
  if (!leans) return moved;
  const embedded = moveReferences(whole, (steps) => ["$defs", WHOLE, ...steps]);
  const own = typeof moved["$defs"] === "object" ? (moved["$defs"] as JsonObject) : {};
  return { ...moved, $defs: { ...own, [WHOLE]: embedded } };
}

/** Cannot meet a definition of the author: the name is reserved here. */
const WHOLE = "__whole_state";
