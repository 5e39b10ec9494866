import { loadavg } from "node:os";
import type { BenchOptions, BenchReport, BenchRow } from "../report.ts";
import { createLoad } from "../loop/load.ts";
import { median, spreadPercent } from "../loop/statistics.ts";
import {
  DEEP,
  FLOOR_INLINE,
  FLOOR_QUEUED,
  openEngine,
  openFloor,
  openWorkflows,
  QUEUED,
  type Contender,
  type EngineHost,
  type Host,
} from "./contenders.ts";
import { FEW, FULL, MANY, measure, p99, QUICK, Records, turned } from "./measure.ts";
import { graphOf } from "./nodes.ts";
import { SHAPES, unknownShape, type Shape } from "./shapes.ts";
import { measureStart } from "./start.ts";
import { ratioOf, rounded, targetsOf } from "./targets.ts";

const ROUNDS = 5;

/**
 * The engine beside Cloudflare Workflows and hand-written Workers, doing the same trivial steps in the same shapes. Each
 * has a Miniflare of its own on this machine; they take turns in an order that changes every round.
 */
export async function run({ rounds, quick = false, shape = null, log }: BenchOptions): Promise<BenchReport> {
  const shapes = shape === null ? SHAPES : SHAPES.filter(({ slug }) => slug === shape);
  if (shapes.length === 0) throw unknownShape(shape);
  const total = rounds ?? (quick ? 1 : ROUNDS);
  const timing = quick ? QUICK : FULL;
  const before = loadText();
  const start = await measureStart(quick ? 1 : total);
  const load = createLoad();
  const hosts: Host[] = [];
  try {
    const engine = await openEngine();
    hosts.push(engine, await openWorkflows(), await openFloor());
    const cuts = await segmentCounts(engine, shapes);
    for (const host of hosts) {
      for (const { shot } of host.contenders) await load.rate(shot(shapes[0] as Shape), quick ? 500 : 1_000, FEW);
      await host.quiet();
    }
    const records = new Records();
    for (let round = 0; round < total; round++) {
      for (const one of shapes) {
        for (const host of turned(hosts, round)) await measure(host, one, round, timing, load, records);
        log(`round ${round + 1} of ${total}, ${one.name}: ${lastRates(hosts, one, records)}`);
      }
    }
    const contenders = hosts.flatMap((host) => host.contenders);
    return {
      bench: "engine",
      rows: [...shapes.flatMap((one) => rowsOf(one, contenders, records)), ...start.rows],
      targets: [...shapes.flatMap((one) => targetsOf(one, records)), ...start.targets],
      notes: [
        ...cuts,
        "Completion: the engine answers its own request (Prefer: wait), the floor too; Workflows by the local engine's promise.",
        "Floor of pure inline: one object write a run. Floor of the others: object, queue, object for each step.",
        ...[...records.gaveUp].map((line) => `${line}: counted as a rate of 0.`),
        `Load average before: ${before}; after: ${loadText()}.`,
      ],
    };
  } finally {
    load.close();
    await Promise.all(hosts.map((host) => host.stop()));
  }
}

const loadText = (): string =>
  loadavg()
    .map((value) => value.toFixed(2))
    .join(" ");

const lastRates = (hosts: readonly Host[], shape: Shape, records: Records): string =>
  hosts
    .flatMap(({ contenders }) => contenders)
    .map(({ name }) => `${name} ${(records.of(shape, name).few.at(-1) ?? 0).toFixed(0)}/s`)
    .join(", ");

/** How the planner cuts each shape: a queue message is a segment. */
async function segmentCounts({ client }: EngineHost, shapes: readonly Shape[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const shape of shapes) {
    const count = async (kind: "pure" | "effect", policy: object): Promise<number> => {
      const { segments } = await client.plans.preview({
        operation: "graph.run",
        payload: graphOf(shape, kind, { ...DEEP, ...policy }),
      });
      return segments.length;
    };
    const pure = await count("pure", QUEUED);
    const effects = await count("effect", {});
    lines.push(`${shape.name}: ${shape.before.length} steps; ${pure} segments when pure, ${effects} as effects.`);
  }
  return lines;
}

function rowsOf(shape: Shape, contenders: readonly Contender[], records: Records): BenchRow[] {
  return contenders.flatMap(({ name, floor }) => {
    const own = records.of(shape, name);
    const under = floor === null ? null : records.of(shape, floor);
    const label = `${shape.name}: ${name}`;
    const row = (
      metric: string,
      unit: string,
      values: readonly number[],
      base: readonly number[] | null,
    ): BenchRow => ({
      case: label,
      metric,
      unit,
      value: rounded(median(values)),
      ...(base === null ? {} : { floor: rounded(median(base)), ratio: ratioOf(values, base) }),
    });
    return [
      row("alone, p50", "ms", own.p50s, under?.p50s ?? null),
      row("alone, p99", "ms", [p99(own)], under ? [p99(under)] : null),
      row(`rate, ${FEW} in flight`, "runs/s", own.few, under?.few ?? null),
      row(`rate, ${MANY} in flight`, "runs/s", own.many, under?.many ?? null),
      ...(name === FLOOR_INLINE || name === FLOOR_QUEUED
        ? [{ case: label, metric: "noise: spread of rounds", unit: "%", value: rounded(spreadPercent(own.few)) }]
        : []),
    ];
  });
}
