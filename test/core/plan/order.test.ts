import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Heap } from "../../../src/core/plan/model/heap.ts";
import { order } from "../../../src/core/plan/graph/order.ts";

const graph = fc.integer({ min: 1, max: 12 }).chain((size) => {
  const edges = fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size });
  return fc.record({ hard: edges, soft: edges });
});

describe("order", () => {
  it("orders a DAG and counts the longest chains", () => {
    expect(order({ hard: [[1, 2], [2], [], [0]] })).toEqual({ order: [2, 1, 0, 3], levels: [3, 2, 1, 4], dropped: [] });
  });

  it("reports a cycle as its path", () => {
    expect(order({ hard: [[3], [0], [1], [2], []] })).toEqual({ cycle: [0, 3, 2, 1] });
    expect(order({ hard: [[0]] })).toEqual({ cycle: [0] });
  });

  it("drops a soft dependency that closes a cycle, and keeps one that does not", () => {
    expect(order({ hard: [[], [0]], soft: [[1], []] })).toMatchObject({ dropped: [[0, 1]] });
    expect(order({ hard: [[], []], soft: [[1], []] })).toMatchObject({ order: [1, 0], levels: [2, 1], dropped: [] });
  });

  it("comes to an order that respects every dependency, or to a cycle that is one", () => {
    fc.assert(
      fc.property(graph, ({ hard, soft }) => {
        const result = order({ hard, soft });
        if ("cycle" in result) {
          const { cycle } = result;
          cycle.forEach((vertex, i) => expect(hard[vertex]).toContain(cycle[(i + 1) % cycle.length]));
          return;
        }
        const place = new Map(result.order.map((vertex, i) => [vertex, i]));
        expect(place.size).toBe(hard.length);
        const dropped = new Set(result.dropped.map(([vertex, dependency]) => `${vertex} ${dependency}`));
        hard.forEach((before, vertex) => {
          const kept = [...before, ...soft[vertex]!.filter((dependency) => !dropped.has(`${vertex} ${dependency}`))];
          for (const dependency of kept) expect(place.get(dependency)).toBeLessThan(place.get(vertex)!);
          expect(result.levels[vertex]).toBe(1 + Math.max(0, ...kept.map((dependency) => result.levels[dependency]!)));
        });
        // Hard dependencies alone must have been in order too.
        expect("cycle" in order({ hard })).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it("drops only soft dependencies that lie on a cycle", () => {
    fc.assert(
      fc.property(graph, ({ hard, soft }) => {
        const result = order({ hard, soft });
        if ("cycle" in result) return;
        const all = hard.map((before, vertex) => [...new Set([...before, ...soft[vertex]!])]);
        for (const [vertex, dependency] of result.dropped) expect(reaches(all, dependency, vertex)).toBe(true);
        if (!("cycle" in order({ hard: all }))) expect(result.dropped).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("takes long chains without recursion", () => {
    const size = 100_000;
    const chain = order({ hard: Array.from({ length: size }, (_, i) => (i === 0 ? [] : [i - 1])) });
    expect("order" in chain && chain.levels.at(-1)).toBe(size);
    const ring = order({ hard: Array.from({ length: size }, (_, i) => [(i + size - 1) % size]) });
    expect("cycle" in ring && ring.cycle).toHaveLength(size);
  });
});

/** Whether `from` waits, directly or not, for `to`. */
function reaches(before: readonly (readonly number[])[], from: number, to: number): boolean {
  const seen = new Set([from]);
  for (const vertex of seen) for (const next of before[vertex]!) seen.add(next);
  return seen.has(to);
}

describe("Heap", () => {
  it("gives back what went in, smallest first", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer(), fc.constant(null))), (script) => {
        const heap = new Heap<number>((a, b) => a - b);
        const model: number[] = [];
        for (const item of script) {
          if (item === null) {
            model.sort((a, b) => a - b);
            expect(heap.pop()).toBe(model.shift());
          } else {
            heap.push(item);
            model.push(item);
          }
          expect(heap.size).toBe(model.length);
        }
      }),
    );
  });
});
