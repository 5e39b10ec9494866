import { setTimeout as pause } from "node:timers/promises";
import type { Load, Shot } from "../loop/load.ts";
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
  /** Who broke off under which load. */
  readonly gaveUp = new Set<string>();
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
      rates.push(await rateUnder(inFlight, shot, timing, load).catch((thrown: unknown) => giveUp(thrown)));
      if (rates.at(-1) === 0)
        records.gaveUp.add(`${contender.name} breaks off requests of ${shape.name}, ${inFlight} in flight`);
    }
  }
  await quiet();
}

async function rateUnder(inFlight: number, shot: Shot, { leadIn, rate }: Timing, load: Load): Promise<number> {
  if (leadIn > 0) await load.rate(shot, leadIn, inFlight);
  return load.rate(shot, rate, inFlight);
}

/** How long a contender that broke off is left to itself, so that what it still does disturbs nobody. */
const RECOVERY_MS = 10_000;

/** A contender that cannot stand a load has no rate under it; anything but a broken connection is a mistake of the bench. */
async function giveUp(thrown: unknown): Promise<number> {
  if ((thrown as { code?: unknown }).code !== "ECONNRESET") throw thrown;
  await pause(RECOVERY_MS);
  return 0;
}

export const p99 = ({ latencies }: Series): number => quantile(latencies, 0.99);
