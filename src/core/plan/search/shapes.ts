import type { JsonSchema } from "../../../../contracts/json/json.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import { comparison } from "../../schema/assignable.ts";
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
  /** The same table for one plan: what its comparisons take together is bounded. */
  forPlan(): Shapes;
}

/** A pair that took more steps than this is counted; schemas as people write them take far fewer. */
const COSTLY = 2_000;
/** Steps that the costly pairs of one plan may take together. */
const MAX_PLAN_WORK = 400_000;
const TOO_MUCH: Fit = { fit: "unknown", reason: "$: the schemas of the plan are too large to compare them all" };

interface Compared {
  readonly fit: Fit;
  readonly work: number;
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
  const verdicts = new Map<number, Map<number, Compared>>();
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
  const compared = (from: number, to: number): Compared => {
    let row = verdicts.get(from);
    if (!row) verdicts.set(from, (row = new Map<number, Compared>()));
    let verdict = row.get(to);
    if (!verdict) row.set(to, (verdict = comparison(schemas[from] ?? {}, schemas[to] ?? {})));
    return verdict;
  };
  const fitOf = (from: number, to: number): Fit => (from === to ? FITS : compared(from, to).fit);
  const view = (fit: Shapes["fitOf"]): Shapes => ({
    numberOf,
    fitOf: fit,
    fit: (from, to) => fit(numberOf(from), numberOf(to)),
    forPlan: () => view(bounded(compared)),
  });
  return view(fitOf);
}

/**
 * Comparisons of one plan. A costly pair counts the first time the plan asks for it, whether or not another plan has
 * asked before, so the plan stays a function of what it is asked.
 */
function bounded(compared: (from: number, to: number) => Compared): Shapes["fitOf"] {
  const asked = new Map<number, Set<number>>();
  let left = MAX_PLAN_WORK;
  return (from, to) => {
    if (from === to) return FITS;
    if (left <= 0) return asked.get(from)?.has(to) === true ? compared(from, to).fit : TOO_MUCH;
    const { fit, work } = compared(from, to);
    if (work <= COSTLY) return fit;
    let row = asked.get(from);
    if (!row) asked.set(from, (row = new Set<number>()));
    if (!row.has(to)) left -= work;
    row.add(to);
    return fit;
  };
}
