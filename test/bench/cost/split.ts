import { BILLED, type Billed } from "./prices.ts";
import type { Counts } from "./meter.ts";

export type Amounts = Readonly<Record<Billed, number>>;

/** Operations of some runs that left their ring in some batches. */
export interface Sample {
  readonly runs: number;
  readonly counts: Readonly<Counts>;
}

/** What a run costs, and what a ring's batch costs however many runs it holds. */
export interface Split {
  readonly perRun: Amounts;
  readonly perBatch: Amounts;
}

/**
 * Parts two samples of the same kind of run into what each run and what each batch costs: two equations a kind. Both are
 * whole numbers; what comes once a minute or a second (search labels, a look at the registry's version) is rounded away.
 */
export function split(few: Sample, many: Sample): Split {
  const perRun = amounts((kind) => {
    const batches = many.counts.ringBatches / few.counts.ringBatches;
    const runs = many.runs - batches * few.runs;
    return Math.max(0, Math.round((many.counts[kind] - batches * few.counts[kind]) / runs));
  });
  const perBatch = amounts((kind) =>
    Math.max(0, Math.round((few.counts[kind] - few.runs * perRun[kind]) / few.counts.ringBatches)),
  );
  return { perRun, perBatch };
}

/** One run with its share of a batch of so many. */
export const shared = ({ perRun, perBatch }: Split, runsInBatch: number): Amounts =>
  amounts((kind) => perRun[kind] + perBatch[kind] / runsInBatch);

export const amounts = (of: (kind: Billed) => number): Amounts =>
  Object.fromEntries(BILLED.map((kind) => [kind, of(kind)])) as Record<Billed, number>;
