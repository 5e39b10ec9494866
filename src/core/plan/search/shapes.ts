import type { JsonSchema } from "../../../../contracts/json/json.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import { assignable } from "../../schema/assignable.ts";
import type { Fit } from "../../schema/fit.ts";

/**
 * The schemas of one snapshot, numbered: schemas with the same text share a number, and every pair is compared once.
 * Numbers mean nothing outside their snapshot.
 */
export interface Shapes {
  numberOf(schema: JsonSchema): number;
  /** Whether what `from` describes may be handed to what `to` describes. */
  fit(from: JsonSchema, to: JsonSchema): Fit;
  /** The same for numbered schemas. */
  fitOf(from: number, to: number): Fit;
}

const FITS: Fit = { fit: "yes" };
const tables = new WeakMap<RegistrySnapshot, Shapes>();

/** The table of a snapshot; it grows as schemas are met and goes when the snapshot goes. */
export function shapesOf(snapshot: RegistrySnapshot): Shapes {
  const known = tables.get(snapshot);
  if (known) return known;
  const made = newShapes();
  tables.set(snapshot, made);
  return made;
}

/** The schema as text; most schemas are a type and nothing else, and are spared the general way. */
function textOf(schema: JsonSchema): string {
  const keywords = Object.keys(schema);
  const { type } = schema;
  return keywords.length === 1 && typeof type === "string" ? `type ${type}` : JSON.stringify(schema);
}

function newShapes(): Shapes {
  const schemas: JsonSchema[] = [];
  const byObject = new Map<JsonSchema, number>();
  const byText = new Map<string, number>();
  const verdicts = new Map<number, Map<number, Fit>>();
  const numberOf = (schema: JsonSchema): number => {
    const known = byObject.get(schema);
    if (known !== undefined) return known;
    const text = textOf(schema);
    let number = byText.get(text);
    if (number === undefined) {
      number = schemas.push(schema) - 1;
      byText.set(text, number);
    }
    byObject.set(schema, number);
    return number;
  };
  const fitOf = (from: number, to: number): Fit => {
    if (from === to) return FITS;
    let row = verdicts.get(from);
    if (!row) verdicts.set(from, (row = new Map<number, Fit>()));
    let verdict = row.get(to);
    if (!verdict) row.set(to, (verdict = assignable(schemas[from] ?? {}, schemas[to] ?? {})));
    return verdict;
  };
  return { numberOf, fitOf, fit: (from, to) => fitOf(numberOf(from), numberOf(to)) };
}
