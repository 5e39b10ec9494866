import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NodeRef } from "../../../src/core/registry/node.ts";
import { addObservation, emptyTotals, mergeTotals, type TrustTotals } from "../../../src/core/trust/totals.ts";
import { booksOn, TrustBooks } from "../../../src/app/ring/trust-books.ts";
import { memoryRingStore } from "../../../src/infra/memory/runs/ring-store.ts";

const said = (x: number): TrustTotals => addObservation(emptyTotals(), { x, w: 1, at: 1_770_000_000_000 });
const ref = (node: number): NodeRef => `n${node}@1.0.0`;

/** A batch: what its runs say about nodes, and what becomes of it. */
const batch = fc.record({
  tenant: fc.constantFrom("default", "other"),
  nodes: fc.array(fc.nat(160), { maxLength: 80 }),
  x: fc.constantFrom(0, 0.5, 1),
  fails: fc.boolean(),
  isEvicted: fc.boolean(),
  now: fc.nat(1_000),
});

describe("a ring's books", () => {
  it("has counted every batch that was opened once, whatever was rolled back and however often the ring woke up", () => {
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 12 }), (batches) => {
        const store = memoryRingStore();
        let books = new TrustBooks(3, store);
        const model = new Map<string, TrustTotals>();
        const numbers: number[] = [];
        for (const { tenant, nodes, x, fails, isEvicted, now } of batches) {
          let keys: readonly string[] = [];
          let number = 0;
          const opening = () =>
            store.transaction(() => {
              keys = books.count(
                tenant,
                nodes.map((node) => ({ node: ref(node), totals: said(x) })),
              );
              number = books.nextNumber(now);
              books.write(keys);
              if (fails) throw new Error("planned");
            });
          if (fails) {
            expect(opening).toThrow("planned");
            books = new TrustBooks(3, store);
            continue;
          }
          opening();
          numbers.push(number);
          for (const node of nodes) {
            const name = `${tenant} ${ref(node)}`;
            model.set(name, mergeTotals(model.get(name) ?? emptyTotals(), said(x)));
          }
          if (isEvicted) books = new TrustBooks(3, store);
          const told = books.totals([...new Set(keys)]);
          expect(told).toHaveLength(new Set(nodes).size);
          for (const { node, totals, source } of told) {
            expect(source).toBe("ring-03");
            expect(totals).toEqual(model.get(`${tenant} ${node}`));
          }
        }
        expect(numbers.every((number, i) => i === 0 || number > (numbers[i - 1] ?? 0))).toBe(true);
        const stored = store.read("~trust").flatMap(({ body }) => booksOn(body));
        expect(new Map(stored.map((book) => [`${book.tenant} ${book.node}`, book.totals]))).toEqual(model);
      }),
    );
  });

  it("writes the pages that changed: one for a node of a hundred, one for none at all", () => {
    const store = memoryRingStore();
    const written: number[] = [];
    const counted = {
      ...store,
      write: (owner: string, parts: Parameters<typeof store.write>[1]) => {
        written.push(parts.length);
        store.write(owner, parts);
      },
    };
    const books = new TrustBooks(0, counted);
    const count = (nodes: readonly number[]) =>
      books.write(
        books.count(
          "default",
          nodes.map((node) => ({ node: ref(node), totals: said(1) })),
        ),
      );
    count(Array.from({ length: 100 }, (_, node) => node));
    count([70]);
    count([3, 80, 81]);
    count([]);
    expect(written).toEqual([2, 1, 2, 1]);
  });
});
