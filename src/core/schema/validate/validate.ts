import type { JsonSchema, JsonValue } from "../../../../contracts/json/json.ts";
import { Budget, BudgetSpent } from "../budget.ts";
import { compileSchema, type CompiledSchema } from "./compile.ts";
import { Run, Unjudged, type StateProblem } from "./run.ts";
import { accepts } from "./schema-node.ts";

/** What became of a value and a schema. */
export type Verdict =
  | { readonly kind: "valid" }
  /** The first of what is wrong, at most twenty findings. */
  | { readonly kind: "invalid"; readonly problems: readonly StateProblem[] }
  /** Nothing can be judged by the schema, which an older release took in. `problem` says why. */
  | { readonly kind: "unusable"; readonly problem: StateProblem }
  /** Judging it takes more work than is allowed. `problem` says where the work ended. */
  | { readonly kind: "spent"; readonly problem: StateProblem };

/** No schema and value is worked on longer, in steps of a `Budget`. */
export const MAX_VALIDATION_WORK = 2_000_000;
/** Small ones are not measured before they have taken so much; from there on their size says how much they may take. */
const WORK_UNMEASURED = 50_000;
const WORK_PER_VALUE = 256;
const WORK_PER_SCHEMA = 16;

const VALID: Verdict = { kind: "valid" };
const compiled = new WeakMap<JsonSchema, CompiledSchema>();

function compiledOf(schema: JsonSchema): CompiledSchema {
  let known = compiled.get(schema);
  if (known === undefined) compiled.set(schema, (known = compileSchema(schema)));
  return known;
}

/**
 * Judges a value by a schema (JSON Schema 2020-12, with `definitions` and `dependencies` of draft 7). Total, and bounded
 * whatever both are: work grows with their sizes up to `MAX_VALIDATION_WORK`. Schemas are made ready once and
 * remembered by identity, so they must not change. `place` is what paths begin with.
 */
export function validate(
  schema: JsonSchema,
  value: JsonValue,
  place = "$",
  work: Budget = budgetFor(schema, value),
): Verdict {
  const { root } = compiledOf(schema);
  const run = new Run(work, place);
  try {
    if (accepts(root, value, run, null)) return VALID;
    return { kind: "invalid", problems: run.problems };
  } catch (thrown) {
    return unjudged(thrown, run, place);
  }
}

/** What a schema and a value may take: it grows with both. */
export const budgetFor = (schema: JsonSchema, value: JsonValue): Budget =>
  new Budget(WORK_UNMEASURED, () => allowance(compiledOf(schema).size, value));

const UNJUDGED = {
  endless: "cannot be checked: the schema has a reference that leads back to itself",
  unresolved: "cannot be checked: the schema has a reference that leads nowhere",
  pattern: "cannot be checked: the schema has a pattern that is not accepted, such as one with look-ahead",
} as const;

function unjudged(thrown: unknown, run: Run, place: string): Verdict {
  if (thrown instanceof BudgetSpent) {
    const message = "takes more work to check against its schema than is allowed";
    return { kind: "spent", problem: { place: run.place, message } };
  }
  // The stack ends later than our own count of depth, unless the caller stood deep already.
  const reason = thrown instanceof Unjudged ? thrown.reason : thrown instanceof RangeError ? "deep" : null;
  if (reason === null) throw thrown;
  if (reason !== "deep") return { kind: "unusable", problem: { place: run.place, message: UNJUDGED[reason] } };
  return { kind: "spent", problem: { place, message: "is nested too deeply to be checked against its schema" } };
}

/** What a value may take beyond the first steps: so much for each of its parts. */
function allowance(schemaSize: number, value: JsonValue): number {
  const most = MAX_VALIDATION_WORK - WORK_UNMEASURED;
  let left = most - WORK_PER_SCHEMA * schemaSize;
  const open: JsonValue[] = [value];
  for (let next = open.pop(); next !== undefined && left > 0; next = open.pop()) {
    left -= WORK_PER_VALUE;
    if (typeof next === "string") left -= WORK_PER_VALUE * (next.length >> 3);
    else if (typeof next === "object" && next !== null) for (const part of Object.values(next)) open.push(part);
  }
  return left > 0 ? most - left : most;
}
