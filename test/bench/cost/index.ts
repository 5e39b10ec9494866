import type { BenchOptions, BenchReport, BenchRow, BenchTarget } from "../report.ts";
import { DEEP } from "../engine/contenders.ts";
import { graphOf } from "../engine/nodes.ts";
import { SHAPES, unknownShape } from "../engine/shapes.ts";
import { casesOf, countCase } from "./cases.ts";
import { cpuMsOf } from "./cpu.ts";
import type { Counts } from "./meter.ts";
import { openMetered } from "./metered-stand.ts";
import { BILLED, CPU_PRICE, usdPerMillion } from "./prices.ts";
import { amounts, shared, type Amounts, type Split } from "./split.ts";
import { billWorkflows, type WorkflowBill } from "./workflows-bill.ts";

/** A ring under steady load has tens of runs to archive at a time. */
const RUNS_IN_BATCH = 25;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** Later than anything is kept. */
const MUCH_LATER_MS = 400 * DAY_MS;

/**
 * Billable operations of a run, counted on the real Worker: what each run takes, what each batch of a ring takes, and what
 * a thousand stored results take from their arrival to their deletion, in operations and in USD per million runs.
 */
export async function run({ quick = false, shape = null, log }: BenchOptions): Promise<BenchReport> {
  const shapes = SHAPES.filter(({ slug }) => (shape === null ? !quick || slug !== "dag-100" : slug === shape));
  if (shapes.length === 0) throw unknownShape(shape);
  log("a thousand stored results");
  const stored = await measureStored(quick ? 300 : 1_000);
  const found: { readonly name: string; readonly slug: string; readonly split: Split }[] = [];
  const stand = await openMetered("1");
  try {
    for (const one of shapes.flatMap((of) => casesOf(of).map((each) => ({ ...each, slug: of.slug })))) {
      log(one.name);
      found.push({ name: one.name, slug: one.slug, split: await countCase(one, stand) });
    }
  } finally {
    await stand.stop();
  }
  log("Workflows");
  const bills = await billWorkflows(shapes);
  const deletion = usdPerMillion(stored.deletion);
  const usdOf = (split: Split): number => usdPerMillion(shared(split, RUNS_IN_BATCH)) + deletion;
  return {
    bench: "cost",
    rows: [
      ...found.flatMap(({ name, slug, split }) => caseRows(name, split, usdOf(split), bills.get(slug))),
      ...batchRows(found.map(({ split }) => split)),
      ...storedRows(stored),
      ...[...bills].flatMap(([slug, bill]) => billRows(slug, bill)),
    ],
    targets: targetsOf(found, usdOf, stored),
    notes: [
      "Operations are exact counts; prices are list prices without the included amounts.",
      `A run pays its share of a ring batch of ${RUNS_IN_BATCH} runs, and of its deletion when it is no longer kept.`,
      "Each queue batch is counted as a Worker request. An object's duration is not counted.",
      `CPU, not included above: ${stored.cpuMs.toFixed(2)} ms of the whole local runtime for an inline run with its ` +
        `archive, at most ${(stored.cpuMs * CPU_PRICE).toFixed(3)} USD per million.`,
      "Workflows: developers.cloudflare.com/workflows/reference/pricing bills invocations, CPU and storage, not steps.",
    ],
  };
}

interface Stored {
  /** Of one run: arrival and archive, without its share of a sweep. */
  readonly arrival: Amounts;
  readonly deletion: Amounts;
  readonly putsPerRun: number;
  readonly runsInBatch: number;
  /** What a sweep takes that finds nothing. */
  readonly emptySweep: Counts;
  readonly cpuMs: number;
}

/** Many inline runs over all rings the isolate uses, archived, and deleted when their time is over. */
async function measureStored(runs: number): Promise<Stored> {
  const stand = await openMetered("256");
  try {
    const payload = graphOf({ before: [[], [0], [1]] }, "pure", DEEP);
    await stand.sample(payload, 64, 16);
    const now = Date.now();
    const emptySweep = await stand.sweep(now);
    let counts: Counts | null = null;
    const { cpuMs } = await cpuMsOf(async () => {
      ({ counts } = await stand.sample(payload, runs, 16));
      return runs;
    });
    const sample = counts as unknown as Counts;
    const swept = await stand.sweep(now + MUCH_LATER_MS);
    return {
      arrival: amounts((kind) => sample[kind] / runs),
      deletion: amounts((kind) => Math.max(0, swept[kind] - emptySweep[kind]) / (runs + 64)),
      putsPerRun: sample.r2Puts / runs,
      runsInBatch: runs / sample.ringBatches,
      emptySweep,
      cpuMs,
    };
  } finally {
    await stand.stop();
  }
}

function caseRows(name: string, { perRun }: Split, usd: number, bill: WorkflowBill | undefined): BenchRow[] {
  return [
    ...BILLED.filter((kind) => perRun[kind] > 0).map((kind) => ({
      case: name,
      metric: kind,
      value: perRun[kind],
      unit: "a run",
    })),
    {
      case: name,
      metric: "all included; floor: Workflows",
      value: usd,
      unit: "USD/M",
      ...(bill ? { floor: totalOf(bill), ratio: usd / totalOf(bill) } : {}),
    },
  ];
}

/** A batch costs the same whatever runs it holds, but for trust scores, which are written only when they have moved. */
function batchRows(splits: readonly Split[]): BenchRow[] {
  return BILLED.map((kind) => ({
    case: "a ring's batch, at most",
    metric: kind,
    value: Math.max(...splits.map(({ perBatch }) => perBatch[kind])),
    unit: "a batch",
  })).filter(({ value }) => value > 0);
}

const totalOf = ({ requests, cpu, storage }: WorkflowBill): number => requests + cpu + storage;

const billRows = (slug: string, bill: WorkflowBill): BenchRow[] => [
  { case: `Workflows, ${slug}`, metric: "requests", value: bill.requests, unit: "USD/M" },
  { case: `Workflows, ${slug}`, metric: `CPU, ${bill.cpuMs.toFixed(1)} ms`, value: bill.cpu, unit: "USD/M" },
  { case: `Workflows, ${slug}`, metric: "storage, a month", value: bill.storage, unit: "USD/M" },
];

function storedRows({ arrival, deletion, putsPerRun, runsInBatch, emptySweep }: Stored): BenchRow[] {
  const name = "1,000 stored results";
  return [
    ...BILLED.flatMap((kind) => [
      { case: name, metric: kind, value: arrival[kind] * 1_000, unit: "arrival" },
      { case: name, metric: kind, value: deletion[kind] * 1_000, unit: "deletion" },
    ]).filter(({ value }) => value > 0),
    { case: name, metric: "R2 puts", value: putsPerRun * 1_000, unit: "" },
    { case: name, metric: "runs in a ring batch", value: runsInBatch, unit: "" },
    { case: name, metric: "price, arrival and archive", value: usdPerMillion(arrival) / 1_000, unit: "USD" },
    { case: name, metric: "price, deletion", value: usdPerMillion(deletion) / 1_000, unit: "USD" },
    { case: "a sweep that finds nothing", metric: "price", value: usdPerMillion(emptySweep), unit: "USD/M" },
  ];
}

function targetsOf(
  found: readonly { readonly name: string; readonly split: Split }[],
  usdOf: (split: Split) => number,
  { putsPerRun }: Stored,
): BenchTarget[] {
  const below = (name: string, limit: number): BenchTarget[] =>
    found
      .filter((one) => one.name === name)
      .map(({ split }) => ({ name, target: `< ${limit} USD/M`, value: usdOf(split), met: usdOf(split) < limit }));
  return [
    ...below("3-step chain, pure, inline", 5),
    ...below("3-step chain, effects, queued", 18),
    { name: "R2 writes for a stored result", target: "< 1", value: putsPerRun, met: putsPerRun < 1 },
  ];
}
