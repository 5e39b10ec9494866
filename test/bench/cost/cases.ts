import { DEEP, QUEUED } from "../engine/contenders.ts";
import { graphOf, type Kind } from "../engine/nodes.ts";
import { SHAPES, type Shape } from "../engine/shapes.ts";
import type { MeteredStand } from "./metered-stand.ts";
import { split, type Split } from "./split.ts";

/** A way to run a shape whose operations are counted. */
export interface CostCase {
  readonly name: string;
  readonly steps: number;
  readonly payload: object;
}

const WAYS: readonly (readonly [way: string, kind: Kind, policy: Readonly<Record<string, string>>])[] = [
  ["pure, inline", "pure", {}],
  ["pure, queued", "pure", QUEUED],
  ["effects, queued", "effect", {}],
];

export const casesOf = (shape: Shape): readonly CostCase[] =>
  WAYS.map(([way, kind, policy]) => ({
    name: `${shape.name}, ${way}`,
    steps: shape.before.length,
    payload: graphOf(shape, kind, { ...DEEP, ...policy }),
  }));

/** The three-step runs: what the budget holds. */
export const BUDGETED: readonly CostCase[] = SHAPES.filter(({ slug }) => slug === "chain-3").flatMap(casesOf);

const FEW = 1;
const MANY = 21;

/**
 * Counts a case. The first run of its kind pays for what is there only once (tables, a ring's first books), the first of a
 * minute for its search labels: neither is part of the sample.
 */
export async function countCase({ payload }: CostCase, stand: MeteredStand): Promise<Split> {
  for (;;) {
    const minute = currentMinute();
    await stand.sample(payload, 1);
    const few = await stand.sample(payload, FEW);
    if (minute === currentMinute()) return split(few, await stand.sample(payload, MANY));
  }
}

const currentMinute = (): number => Math.floor(Date.now() / 60_000);
