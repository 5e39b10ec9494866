import type { BenchOptions, BenchReport, BenchRow, BenchTarget } from "../report.ts";
import { createLoad, type Load } from "./load.ts";
import { median, quantile, spreadPercent } from "./statistics.ts";
import { openFloor, openProduct, type Case, type Stand, type Subject } from "./subjects.ts";

const ROUNDS = 5;
const IN_FLIGHT = 16;
/** Wanted share of the floor's rate. */
const WANTED = 0.4;

/** How long a subject is loaded, in milliseconds. */
interface Timing {
  readonly warmUp: number;
  /** Load before the rate is measured. */
  readonly leadIn: number;
  readonly rate: number;
  readonly alone: number;
}
/**
 * Runs leave for the archive a second or two after they ended, so the product is loaded without a pause and measured long
 * enough to pay for the archive of the runs before.
 */
const PRODUCT: Timing = { warmUp: 1_000, leadIn: 600, rate: 1_500, alone: 250 };
const FLOOR: Timing = { warmUp: 500, leadIn: 200, rate: 800, alone: 250 };

/** What was measured of one subject: a figure a round, and every latency. */
interface Record {
  readonly rates: number[];
  readonly p50s: number[];
  readonly latencies: number[];
}
const emptyRecord = (): Record => ({ rates: [], p50s: [], latencies: [] });

type Records = ReadonlyMap<string, Record>;

/**
 * The main loop beside its floor: one-node and three-node goals, inline and queued. Product and floor have a Miniflare
 * each, are loaded in turns, and the subjects change places every round.
 */
export async function run({ rounds, log }: BenchOptions): Promise<BenchReport> {
  const load = createLoad();
  const stands: Stand<Subject>[] = [];
  try {
    const product = await openProduct();
    stands.push(product);
    const floor = await openFloor();
    stands.push(floor);
    // Until code is compiled and the rings have their objects: the first write to a new one is many times dearer.
    for (const { shot } of product.subjects) await load.rate(shot, PRODUCT.warmUp, IN_FLIGHT);
    for (const { shot } of floor.subjects) await load.rate(shot, FLOOR.warmUp, IN_FLIGHT);
    const ofProduct = new Map(product.subjects.map(({ name }) => [name, emptyRecord()]));
    const ofFloor = new Map(floor.subjects.map(({ name }) => [name, emptyRecord()]));
    const total = rounds ?? ROUNDS;
    for (let round = 0; round < total; round++) {
      await measure(product, PRODUCT, round, load, ofProduct);
      await measure(floor, FLOOR, round, load, ofFloor);
      log(`round ${round + 1} of ${total}: ${lastRates(ofProduct)}; floor: ${lastRates(ofFloor)}`);
    }
    return reportOf(product.subjects, ofProduct, ofFloor);
  } finally {
    load.close();
    await Promise.all(stands.map((stand) => stand.stop()));
  }
}

/** One round of a stand: each subject alone while nothing else happens, then one after the other under load. */
async function measure(
  { subjects, quiet }: Stand<Subject>,
  timing: Timing,
  round: number,
  load: Load,
  records: Records,
): Promise<void> {
  const ordered = rearranged(subjects, round);
  await quiet();
  for (const { name, shot } of ordered) {
    const latencies = await load.alone(shot, timing.alone);
    records.get(name)?.latencies.push(...latencies);
    records.get(name)?.p50s.push(median(latencies));
  }
  for (const { name, shot } of ordered) {
    await load.rate(shot, timing.leadIn, IN_FLIGHT);
    records.get(name)?.rates.push(await load.rate(shot, timing.rate, IN_FLIGHT));
  }
  await quiet();
}

/** Rotated, and every other time backwards: nobody always comes first or always after the same. */
function rearranged<T>(subjects: readonly T[], round: number): readonly T[] {
  const turn = round % subjects.length;
  const rotated = [...subjects.slice(turn), ...subjects.slice(0, turn)];
  return round % 2 === 0 ? rotated : rotated.reverse();
}

const lastRates = (records: Records): string =>
  [...records].map(([name, { rates }]) => `${name} ${Math.round(rates.at(-1) ?? 0)}/s`).join(", ");

function reportOf(cases: readonly Case[], ofProduct: Records, ofFloor: Records): BenchReport {
  const rows: BenchRow[] = [];
  const targets: BenchTarget[] = [];
  for (const one of cases) {
    const own = ofProduct.get(one.name) ?? emptyRecord();
    const floor = ofFloor.get(one.floor) ?? emptyRecord();
    const rate = compared(own.rates, floor.rates);
    const p99 = [quantile(own.latencies, 0.99), quantile(floor.latencies, 0.99)] as const;
    rows.push(
      { case: one.name, metric: "rate, 16 in flight", unit: "runs/s", ...rate },
      {
        case: one.name,
        metric: "rate, spread of rounds",
        unit: "%",
        value: rounded(spreadPercent(own.rates)),
        floor: rounded(spreadPercent(floor.rates)),
      },
      { case: one.name, metric: "latency alone, p50", unit: "ms", ...compared(own.p50s, floor.p50s) },
      { case: one.name, metric: "latency alone, p99", unit: "ms", ...compared([p99[0]], [p99[1]]) },
    );
    targets.push({
      name: `${one.name}: rate over floor`,
      target: `≥ ${WANTED}`,
      value: rate.ratio,
      met: rate.ratio >= WANTED,
    });
  }
  return { bench: "loop", rows, targets };
}

/**
 * Medians of the rounds, and the median of the rounds' ratios: what disturbs a machine for a while disturbs both sides of a
 * round, and leaves their ratio.
 */
const compared = (
  own: readonly number[],
  floor: readonly number[],
): { value: number; floor: number; ratio: number } => ({
  value: rounded(median(own)),
  floor: rounded(median(floor)),
  ratio: rounded(median(own.map((value, round) => value / (floor[round] ?? Number.NaN)))),
});

const rounded = (value: number): number => Number(value.toPrecision(4));
