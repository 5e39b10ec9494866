import type { Load } from "../loop/load.ts";
import { median, quantile } from "../loop/statistics.ts";
import type { Contender, Host } from "./contenders.ts";
import type { Shape } from "./shapes.ts";

/** How long a contender is loaded, in milliseconds. */
export interface Timing {
  readonly alone: number;
  /** Load before each rate is measured, so that it pays for what the runs before left to do. */
  readonly leadIn: number;
  readonly rate: number;
}

export const FULL: Timing = { alone: 300, leadIn: 200, rate: 1_000 };
export const QUICK: Timing = { alone: 120, leadIn: 200, rate: 350 };

/** What was measured of a contender in a shape: figures of each round, and every latency alone. */
export class Series {
  readonly latencies: number[] = [];
  readonly p50s: number[] = [];
  readonly few: number[] = [];
  readonly many: number[] = [];
}

export const FEW = 16;
export const MANY = 64;

/** Every contender in every shape. */
export class Records {
  readonly #series = new Map<string, Series>();

  of(shape: Shape, contender: string): Series {
    const key = `${shape.slug} ${contender}`;
    const known = this.#series.get(key);
    if (known) return known;
    const made = new Series();
    this.#series.set(key, made);
    return made;
  }
}

/** The n-th turn of a list: rotated, and every other time backwards, so that nobody always follows the same. */
export function turned<T>(items: readonly T[], turn: number): readonly T[] {
  const by = items.length === 0 ? 0 : turn % items.length;
  const rotated = [...items.slice(by), ...items.slice(0, by)];
  return turn % 2 === 0 ? rotated : rotated.reverse();
}

/** One round of a host in a shape: each contender alone while nothing else happens, then each under load. */
export async function measure(
  { contenders, quiet }: Host,
  shape: Shape,
  round: number,
  timing: Timing,
  load: Load,
  records: Records,
): Promise<void> {
  const ordered: readonly Contender[] = turned(contenders, round);
  for (const contender of ordered) {
    const latencies = await load.alone(contender.shot(shape), timing.alone);
    const series = records.of(shape, contender.name);
    series.latencies.push(...latencies);
    series.p50s.push(median(latencies));
  }
  for (const contender of ordered) {
    const shot = contender.shot(shape);
    const series = records.of(shape, contender.name);
    for (const [inFlight, rates] of [
      [FEW, series.few],
      [MANY, series.many],
    ] as const) {
      if (timing.leadIn > 0) await load.rate(shot, timing.leadIn, inFlight);
      rates.push(await load.rate(shot, timing.rate, inFlight));
    }
  }
  await quiet();
}

export const p99 = ({ latencies }: Series): number => quantile(latencies, 0.99);
