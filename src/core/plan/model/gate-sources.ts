import type { Gate } from "./gate.ts";
import type { Source } from "./plan.ts";

/** Every value a gate asks about, in reading order, repeats included. Iterative: a gate may be nested as deep as it likes. */
export function gateSources(gate: Gate): readonly Source[] {
  const found: Source[] = [];
  const open: Gate[] = [gate];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if ("test" in next) found.push(next.test.value);
    else if ("not" in next) open.push(next.not);
    else open.push(...("all" in next ? next.all : next.any).toReversed());
  }
  return found;
}

/** The same condition with its values named otherwise. Recursion is bounded by MAX_GATE_DEPTH. */
export function mapGate<V, W>(gate: Gate<V>, rename: (value: V) => W): Gate<W> {
  if ("test" in gate) return { test: { ...gate.test, value: rename(gate.test.value) } };
  if ("not" in gate) return { not: mapGate(gate.not, rename) };
  return "all" in gate
    ? { all: gate.all.map((part) => mapGate(part, rename)) }
    : { any: gate.any.map((part) => mapGate(part, rename)) };
}
