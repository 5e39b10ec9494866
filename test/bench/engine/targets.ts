import { median } from "../loop/statistics.ts";
import type { BenchTarget } from "../report.ts";
import { ENGINE_EFFECTS, ENGINE_INLINE, ENGINE_QUEUED, FLOOR_INLINE, FLOOR_QUEUED, WORKFLOWS } from "./contenders.ts";
import type { Records, Series } from "./measure.ts";
import type { Shape } from "./shapes.ts";

/** What a shape's figures must reach: beside Workflows, and beside a hand-written Worker. */
export function targetsOf(shape: Shape, records: Records): readonly BenchTarget[] {
  const of = (contender: string): Series => records.of(shape, contender);
  const [workflows, inlineFloor, queuedFloor] = [of(WORKFLOWS), of(FLOOR_INLINE), of(FLOOR_QUEUED)];
  const [inline, queued, effects] = [of(ENGINE_INLINE), of(ENGINE_QUEUED), of(ENGINE_EFFECTS)];
  const atLeast = (name: string, least: number, own: Series, base: Series): BenchTarget => {
    const value = ratioOf(own.few, base.few);
    return { name: `${shape.name}: ${name}`, target: `≥ ${least}`, value, met: value >= least };
  };
  const atMost = (name: string, most: number, own: Series, base: Series): BenchTarget => {
    const value = ratioOf(own.p50s, base.p50s);
    return { name: `${shape.name}: ${name}`, target: `≤ ${most}`, value, met: value <= most };
  };
  return [
    atLeast("pure inline, rate over Workflows", 10, inline, workflows),
    atLeast("pure inline, rate over its floor", 0.6, inline, inlineFloor),
    atMost("pure inline, p50 alone over Workflows", 1, inline, workflows),
    atLeast("pure queued, rate over Workflows", 3, queued, workflows),
    atLeast("pure queued, rate over its floor", 0.6, queued, queuedFloor),
    atLeast("effects, rate over Workflows", 3, effects, workflows),
    atLeast("effects, rate over its floor", 0.6, effects, queuedFloor),
    ...(shape.slug === "chain-3"
      ? [
          atMost("pure queued, p50 alone over its floor", 2, queued, queuedFloor),
          atMost("effects, p50 alone over its floor", 2, effects, queuedFloor),
        ]
      : []),
  ];
}

/** The median of the rounds' ratios: what disturbs a machine for a while disturbs both sides of a round. */
export const ratioOf = (own: readonly number[], base: readonly number[]): number =>
  rounded(median(own.map((value, round) => value / (base[round] ?? Number.NaN))));

export const rounded = (value: number): number => Number(value.toPrecision(4));
