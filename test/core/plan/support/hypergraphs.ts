import fc from "fast-check";
import type { NodeDefinition } from "../../../../src/core/registry/node.ts";
import type { Plan } from "../../../../src/core/plan/model/plan.ts";
import { node } from "./nodes.ts";

/** A small random registry over a handful of keys, and a goal on it. Cycles, variants and dead ends all occur. */
export interface Hypergraph {
  readonly nodes: readonly NodeDefinition[];
  readonly want: readonly string[];
  readonly given: readonly string[];
}

const KEYS = ["k.a", "k.b", "k.c", "k.d", "k.e", "k.f"];
const keys = (min: number, max: number): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom(...KEYS), { minLength: min, maxLength: max });

export const hypergraph = (outputs = 2): fc.Arbitrary<Hypergraph> =>
  fc
    .record({
      sketches: fc.array(
        fc.record({
          in: fc.oneof(keys(0, 1), keys(1, 2)),
          wishes: keys(0, 1),
          out: keys(1, outputs),
          cost: fc.integer({ min: 0, max: 5 }),
          latencyMs: fc.constantFrom(0, 10, 200),
          version: fc.constantFrom("1.0.0", "1.1.0", "2.0.0"),
          kind: fc.constantFrom("compute" as const, "compute" as const, "effect" as const),
          lifecycle: fc.constantFrom("active" as const, "active" as const, "active" as const, "draft" as const),
        }),
        { minLength: 2, maxLength: 10, size: "max" },
      ),
      want: keys(1, 2),
      given: keys(0, 2),
    })
    .map(({ sketches, want, given }) => ({
      want,
      given,
      nodes: sketches.map(({ in: needs, wishes, ...sketch }, i) =>
        node({
          ...sketch,
          name: `n${i}`,
          in: [...needs, ...wishes.filter((key) => !needs.includes(key)).map((key) => `${key}?`)],
        }),
      ),
    }));

/** Same list in another order, decided by the seed. */
export function shuffled<T>(list: readonly T[], seed: number): T[] {
  const copy = [...list];
  let state = seed >>> 0;
  for (let i = copy.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = state % (i + 1);
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

/** Every way to choose one producer a key, tried out: the least additive cost of each key, or nothing where there is none. */
export function bruteForceCosts(
  nodes: readonly NodeDefinition[],
  given: readonly string[],
  priceOf: (node: NodeDefinition) => number,
): ReadonlyMap<string, number> {
  const best = new Map<string, number>();
  const options = KEYS.map((key) => [null, ...nodes.filter((one) => Object.hasOwn(one.outputs, key))]);
  const choice: (NodeDefinition | null)[] = KEYS.map(() => null);
  const tryAll = (at: number): void => {
    if (at < KEYS.length) {
      for (const option of options[at]!) {
        choice[at] = option;
        tryAll(at + 1);
      }
      return;
    }
    for (const key of KEYS) {
      const cost = additive(key, new Set());
      if (cost !== null && cost < (best.get(key) ?? Infinity)) best.set(key, cost);
    }
  };
  const additive = (key: string, above: ReadonlySet<string>): number | null => {
    if (given.includes(key)) return 0;
    const producer = choice[KEYS.indexOf(key)] ?? null;
    if (producer === null || above.has(key)) return null;
    let sum = priceOf(producer);
    for (const [need, port] of Object.entries(producer.inputs)) {
      if (port.optional) continue;
      const part = additive(need, new Set([...above, key]));
      if (part === null) return null;
      sum += part;
    }
    return sum;
  };
  tryAll(0);
  return best;
}

/** Whether every edge of the plan goes forward in its step order, and the same for its segments. */
export function isOrdered(plan: Plan): boolean {
  const place = new Map(plan.steps.map((step, i) => [step.id, i]));
  const segment = new Map(
    plan.segments.flatMap(({ steps }, i) => steps.map((id, j) => [id, [i, j] as const] as const)),
  );
  return plan.steps.every((step) =>
    [...Object.values(step.inputs).map((source) => source.step), ...step.after].every((id) => {
      if (id === null) return true;
      const [from, to] = [segment.get(id)!, segment.get(step.id)!];
      return place.get(id)! < place.get(step.id)! && (from[0] < to[0] || (from[0] === to[0] && from[1] < to[1]));
    }),
  );
}
