import type { Source } from "./source.ts";

/** Comparisons a gate knows. `exists` asks for any value but null; the rest compare with `than`. */
export type GateOperator = "exists" | "eq" | "ne" | "lt" | "lte" | "gt" | "gte" | "in" | "contains";

/** What a value may be compared with: a scalar, or a list of scalars for `in`. */
export type GateOperand = string | number | boolean | null | readonly (string | number | boolean | null)[];

/** One question about one earlier output. */
export type GateTest<V = Source> = {
  readonly value: V;
  /** JSON Pointer (RFC 6901) into the value; "" is the whole value. */
  readonly path: string;
  readonly op: GateOperator;
  /** What the value is compared with; null for `exists`. */
  readonly than: GateOperand;
};

/**
 * A condition on outputs of earlier steps, as data: nothing is evaluated but these forms, so a plan from a stranger can
 * be checked and run safely. `V` is how a value is named: resolved in a plan, as text in a request.
 */
export type Gate<V = Source> =
  | { readonly test: GateTest<V> }
  | { readonly all: readonly Gate<V>[] }
  | { readonly any: readonly Gate<V>[] }
  | { readonly not: Gate<V> };

/** Gates nest at most this deep. */
export const MAX_GATE_DEPTH = 16;
