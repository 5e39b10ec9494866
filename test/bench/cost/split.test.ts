import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NOTHING, type Counts } from "./meter.ts";
import { BILLED, PRICES, usdPerMillion } from "./prices.ts";
import { amounts, shared, split, type Amounts } from "./split.ts";

const someAmounts = fc
  .array(fc.nat(50), { minLength: BILLED.length, maxLength: BILLED.length })
  .map((values) => amounts((kind) => values[BILLED.indexOf(kind)] ?? 0));

/** What would be counted of runs that leave in batches. */
const counted = (perRun: Amounts, perBatch: Amounts, runs: number, batches: number): Counts => ({
  ...NOTHING,
  ...amounts((kind) => runs * perRun[kind] + batches * perBatch[kind]),
  ringBatches: batches,
});

describe("what is counted of few and of many runs", () => {
  it("tells a run's own operations from those of a batch, however many batches there were", () => {
    fc.assert(
      fc.property(someAmounts, someAmounts, fc.integer({ min: 1, max: 4 }), (perRun, perBatch, batches) => {
        const few = { runs: 1, counts: counted(perRun, perBatch, 1, 1) };
        const many = { runs: 21, counts: counted(perRun, perBatch, 21, batches) };
        expect(split(few, many)).toEqual({ perRun, perBatch });
      }),
    );
  });

  it("a run pays its share of a batch", () => {
    const one = amounts(() => 1);
    const ten = amounts(() => 10);
    expect(shared({ perRun: one, perBatch: ten }, 10)).toEqual(amounts(() => 2));
  });

  it("is priced by kind", () => {
    for (const kind of BILLED) {
      expect(usdPerMillion(amounts((other) => (other === kind ? 2 : 0)))).toBe(2 * PRICES[kind]);
    }
  });
});
