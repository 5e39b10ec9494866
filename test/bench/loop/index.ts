import type { BenchOptions, BenchReport, BenchRow, BenchTarget } from "../report.ts";
import { createLoad, type Load } from "./load.ts";
import { median, quantile, spreadPercent } from "./statistics.ts";
import { openFloor, openProduct, type Case, type Stand, type Subject } from "./subjects.ts";

const ROUNDS = 5;
const IN_FLIGHT = 16;
/** Wanted share of the floor's rate. */
const WANTED = 0.4;
/**
 * Load before the measurement. Finished runs leave for the archive a second or two later: measured from the start, the
 * rate would not pay for it.
 */
const LEAD_IN_MS = { product: 2_000, floor: 300 };
const RATE_MS = 1_000;
const WARM_UP_MS = 1_500;
const ALONE_MS = 250;

/** What was measured of one subject: a rate a round, and every latency. */
interface Record {
  readonly rates: number[];
  readonly p50s: number[];
  readonly latencies: number[];
}

/**
 * The main loop beside its floor: one-node and three-node goals, inline and queued. Product and floor have a Miniflare
 * each, are loaded in turns, and the subjects change places every round.
 */
export async function run({ rounds, log }: BenchOptions): Promise<BenchReport> {
  const load = createLoad();
  const stands: Stand<Subject>[] = [];
  const records = new Map<string, Record>();
  const recordOf = (side: string, { name }: Subject): Record => {
    const key = `${side}: ${name}`;
    const record = records.get(key) ?? { rates: [], p50s: [], latencies: [] };
    records.set(key, record);
    return record;
  };
  try {
    const product = await openProduct();
    stands.push(product);
    const floor = await openFloor();
    stands.push(floor);
    // Until code is compiled and every ring has its object: the first write to a new one is many times dearer.
    for (const { subjects } of stands) for (const subject of subjects) await load.rate(subject.shot, WARM_UP_MS, IN_FLIGHT);
    for (let round = 0; round < (rounds ?? ROUNDS); round++) {
      log(`round ${round + 1} of ${rounds ?? ROUNDS}`);
      await measure(product, LEAD_IN_MS.product, round, load, (subject) => recordOf("product", subject));
      await measure(floor, LEAD_IN_MS.floor, round, load, (subject) => recordOf("floor", subject));
    }
    return reportOf(
      product.subjects,
      (one) => recordOf("product", one),
      (name) => recordOf("floor", { name } as Subject),
    );
  } finally {
    load.close();
    await Promise.all(stands.map((stand) => stand.stop()));
  }
}

/** One round of a stand: each subject alone while nothing else happens, then each under load. */
async function measure(
  { subjects, quiet }: Stand<Subject>,
  leadInMs: number,
  round: number,
  load: Load,
  recordOf: (subject: Subject) => Record,
): Promise<void> {
  const turn = round % subjects.length;
  const rotated = [...subjects.slice(turn), ...subjects.slice(0, turn)];
  await quiet();
  for (const subject of rotated) {
    const latencies = await load.alone(subject.shot, ALONE_MS);
    const record = recordOf(subject);
    record.latencies.push(...latencies);
    record.p50s.push(median(latencies));
  }
  for (const subject of rotated) {
    await load.rate(subject.shot, leadInMs, IN_FLIGHT);
    recordOf(subject).rates.push(await load.rate(subject.shot, RATE_MS, IN_FLIGHT));
  }
  await quiet();
}

function reportOf(cases: readonly Case[], ofProduct: (one: Case) => Record, ofFloor: (name: string) => Record): BenchReport {
  const rows: BenchRow[] = [];
  const targets: BenchTarget[] = [];
  for (const one of cases) {
    const own = ofProduct(one);
    const floor = ofFloor(one.floor);
    const rate = compared(median(own.rates), median(floor.rates));
    rows.push(
      { case: one.name, metric: "rate, 16 in flight", unit: "runs/s", ...rate },
      { case: one.name, metric: "rate, spread of rounds", unit: "%", value: round(spreadPercent(own.rates)), floor: round(spreadPercent(floor.rates)) },
      { case: one.name, metric: "latency alone, p50", unit: "ms", ...compared(median(own.p50s), median(floor.p50s)) },
      { case: one.name, metric: "latency alone, p99", unit: "ms", ...compared(quantile(own.latencies, 0.99), quantile(floor.latencies, 0.99)) },
    );
    targets.push({ name: `${one.name}: rate over floor`, target: `≥ ${WANTED}`, value: rate.ratio, met: rate.ratio >= WANTED });
  }
  return { bench: "loop", rows, targets };
}

const compared = (value: number, floor: number): { value: number; floor: number; ratio: number } => ({
  value: round(value),
  floor: round(floor),
  ratio: round(value / floor),
});

const round = (value: number): number => Number(value.toPrecision(4));
