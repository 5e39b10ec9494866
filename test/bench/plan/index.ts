import { PlanMemo } from "../../../src/app/plan/plan-memo.ts";
import { planOperation } from "../../../src/app/plan/planning.ts";
import { order } from "../../../src/core/plan/graph/order.ts";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import { planGraph } from "../../../src/core/plan/graph/plan-graph.ts";
import { DEFAULT_POLICY } from "../../../src/core/plan/model/policy.ts";
import type { Fault } from "../../../src/core/errors.ts";
import type { RegistrySnapshot } from "../../../src/core/registry/snapshot.ts";
import type { Result } from "../../../src/core/result.ts";
import { measureLeast } from "./least.ts";
import type { BenchOptions, BenchReport, BenchRow, BenchTarget } from "../report.ts";
import { keyOf, layered, seeded, wideGraph } from "./registries.ts";
import { ALL_SERVED } from "../../support/served.ts";

const ROUNDS = 15;
const DEPTH = 20;
const VARIANTS = 5;
const SIZES = [1_000, 3_162, 10_000, 31_623, 100_000];
const POLICY = { ...DEFAULT_POLICY, maxDepth: 10_000 };

/**
 * What planning costs, in one process and without a server: ordering, goals in registries of growing size, a goal that was
 * planned before, and large explicit graphs. Medians after the code has been compiled; the first goal after a change of
 * the registry is a case of its own, because it also works out the facts of the nodes.
 */
export async function run({ rounds, log }: Pick<BenchOptions, "json"> & Partial<BenchOptions>): Promise<BenchReport> {
  const times = rounds ?? ROUNDS;
  const say = log ?? (() => undefined);
  say("ordering");
  const ordering = measureOrder(times);
  say("goals");
  const goals = SIZES.map((size) => measureGoals(size, Math.max(5, Math.round((times * 10_000) / size / 3))));
  say("graphs");
  const graphs = [1_000, 10_000].map((steps) => measureGraph(steps, times));
  say("least costs");
  const least = measureLeast();
  const at = (size: number): GoalFigures =>
    goals[SIZES.indexOf(size)] ?? { size, first: NaN, next: NaN, again: NaN, steps: 0 };
  const exponent = slope(goals.map(({ size, next }) => [Math.log(size), Math.log(next)] as const));
  const rows: BenchRow[] = [
    row("order", "1,000 steps", ordering),
    ...goals.flatMap(({ size, first, next, again, steps }) => [
      row(`${size} nodes, plan of ${steps} steps`, "first goal after a change", first),
      row(`${size} nodes`, "another goal", next),
      row(`${size} nodes`, "same goal again", again),
    ]),
    ...graphs.map(({ steps, ms }) => row(`graph of ${steps} steps`, "plan", ms)),
    { case: "goals from 1,000 to 100,000 nodes", metric: "growth exponent", value: exponent, unit: "" },
    ...least.rows,
  ];
  const targets: BenchTarget[] = [
    below("order 1,000 steps", ordering, 5),
    below(`goal of depth ${DEPTH}, 10,000 nodes, ${VARIANTS} variants a key`, at(10_000).next, 50),
    below("the same after a change of the registry", at(10_000).first, 50),
    below("same goal again", at(10_000).again, 1),
    below("explicit graph of 10,000 steps", graphs[1]?.ms ?? NaN, 100),
    { name: "growth exponent, 1,000 to 100,000 nodes", target: "≤ 1.2", value: exponent, met: exponent <= 1.2 },
    ...least.targets,
  ];
  return Promise.resolve({ bench: "plan", rows, targets });
}

const row = (name: string, metric: string, value: number): BenchRow => ({ case: name, metric, value, unit: "ms" });
const below = (name: string, value: number, limit: number): BenchTarget => ({
  name,
  target: `< ${limit} ms`,
  value,
  met: value < limit,
});

function measureOrder(rounds: number): number {
  const random = seeded(3);
  const hard = Array.from({ length: 1_000 }, (_, i) =>
    i === 0 ? [] : [...new Set([0, 1, 2].map(() => Math.floor(random() * i)))],
  );
  return median(rounds * 4, () => order({ hard }));
}

interface GoalFigures {
  readonly size: number;
  readonly first: number;
  readonly next: number;
  readonly again: number;
  readonly steps: number;
}

/**
 * Each round has a registry of its own, so that its first goal finds nothing prepared. "Again" is asked as a request asks
 * it, with other values: plans are remembered by their question.
 */
function measureGoals(size: number, rounds: number): GoalFigures {
  const width = Math.max(1, Math.round(size / DEPTH / VARIANTS));
  const [first, next, again]: [number[], number[], number[]] = [[], [], []];
  let steps = 0;
  const registries = Math.min(5, rounds);
  for (let round = 0; round < registries; round++) {
    const snapshot = layered(size, DEPTH, VARIANTS, round + 1);
    const goals = Array.from({ length: Math.min(width, Math.ceil(rounds / registries) + 1) }, (_, i) =>
      keyOf(DEPTH - 1, i),
    );
    goals.forEach((want, i) => {
      const [ms, plan] = timed(() => planned(goal(want, snapshot)));
      steps = plan.steps.length;
      // The first registry warms the code up.
      if (round > 0) (i === 0 ? first : next).push(ms);
      asked(want, "first", snapshot);
      const repeated = timed(() => asked(want, "second", snapshot))[0];
      if (round > 0) again.push(repeated);
    });
  }
  return { size, first: middle(first), next: middle(next), again: middle(again), steps };
}

/** Remembers, as an isolate does. */
const MEMO = new PlanMemo();

const goal = (want: string, snapshot: RegistrySnapshot): Result<Plan, Fault> =>
  planGoal({ want: [want], given: ["given.text"], policy: POLICY }, snapshot, ALL_SERVED);

function asked(want: string, text: string, snapshot: RegistrySnapshot): Plan {
  const ground = { snapshot, served: ALL_SERVED };
  const payload = { want: [want], given: { "given.text": text }, policy: { max_depth: POLICY.maxDepth } };
  const planned = planOperation({ operation: "goal.run", payload, targetNode: null }, ground, MEMO);
  if (!planned.ok) throw new Error(planned.error.message);
  return planned.value.plan;
}

function measureGraph(steps: number, rounds: number): { readonly steps: number; readonly ms: number } {
  const { graph, snapshot } = wideGraph(steps);
  return { steps, ms: median(rounds, () => planned(planGraph(graph, snapshot, POLICY, ALL_SERVED))) };
}

function planned(result: Result<Plan, Fault>): Plan {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function median(rounds: number, work: () => unknown): number {
  for (let i = 0; i < 3; i++) work();
  return middle(Array.from({ length: rounds }, () => timed(work)[0]));
}

function timed<T>(work: () => T): readonly [number, T] {
  const start = performance.now();
  const value = work();
  return [performance.now() - start, value];
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** Least-squares slope through points. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map((point) => point[0])), mean(points.map((point) => point[1]))];
  const over = points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return over / points.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}
