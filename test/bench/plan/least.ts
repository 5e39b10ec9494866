import { readFileSync } from "node:fs";
import { DEFAULT_POLICY } from "../../../src/core/plan/model/policy.ts";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import { ALL_SERVED } from "../../support/served.ts";
import type { BenchRow, BenchTarget } from "../report.ts";
import { instance, numbered, type Instance } from "./instances.ts";

/** The least cost of every numbered instance, as an integer program found it (test/core/plan/support/integer-program.ts). */
const LEAST = JSON.parse(readFileSync(new URL("least-costs.json", import.meta.url), "utf8")) as readonly number[];

/** As many services as in the public sets of the Web Service Challenge 2008, which are not here; all cost the same. */
const SERVICES = [158, 604, 1_041, 2_565, 8_119];

interface Timed {
  readonly plan: Plan;
  readonly first: number;
  readonly least: number;
}

/** How near plans come to the least cost, and what that takes beside the additive search, measured in the same run. */
export function measureLeast(): { readonly rows: readonly BenchRow[]; readonly targets: readonly BenchTarget[] } {
  const all = LEAST.map((_, number) => numbered(number));
  all.forEach(both);
  const timed = all.map(both);
  const gaps = timed.map(({ plan }, at) => plan.cost / (LEAST[at] ?? Number.NaN) - 1);
  const optimal = gaps.filter((gap) => gap < 1e-9).length / all.length;
  const worst = Math.max(...gaps);
  const proved = timed.filter(({ plan }) => plan.optimum?.proved === true).length / all.length;
  const ratios = timed.map(({ first, least }) => least / first).sort((a, b) => a - b);
  const middle = ratios[Math.floor(ratios.length / 2)] ?? Number.NaN;
  const whole = sum(timed.map(({ least }) => least)) / sum(timed.map(({ first }) => first));
  const services = SERVICES.map((size) => ({ size, ...both(shaped(size)), ...both(shaped(size)) }));
  const largest = services.at(-1)?.least ?? Number.NaN;
  const name = `${all.length} instances`;
  return {
    rows: [
      { case: name, metric: "at the optimum", value: 100 * optimal, unit: "%" },
      { case: name, metric: "proved", value: 100 * proved, unit: "%" },
      { case: name, metric: "farthest from the optimum", value: 100 * worst, unit: "%" },
      { case: name, metric: "time beside the additive search, median", value: middle, unit: "×" },
      { case: name, metric: "time beside the additive search, in sum", value: whole, unit: "×" },
      ...services.flatMap(({ size, plan, least }): BenchRow[] => [
        { case: `${size} services`, metric: "plan", value: least, unit: "ms" },
        {
          case: `${size} services`,
          metric: "gap",
          value: 100 * (1 - (plan.optimum?.bound ?? 0) / plan.cost),
          unit: "%",
        },
      ]),
    ],
    targets: [
      { name: `${name} at the optimum`, target: "≥ 99 %", value: 100 * optimal, met: optimal >= 0.99 },
      { name: "the rest of them", target: "≤ 3 % dearer", value: 100 * worst, met: worst <= 0.03 },
      { name: "time beside the additive search, in sum", target: "≤ 2 ×", value: whole, met: whole <= 2 },
      { name: "8,119 services", target: "< 100 ms", value: largest, met: largest < 100 },
    ],
  };
}

function both(one: Instance): Timed {
  const [first] = timedPlan(one, 0);
  const [least, plan] = timedPlan(one, undefined);
  return { plan, first, least };
}

function timedPlan({ want, given, snapshot }: Instance, effort: number | undefined): readonly [number, Plan] {
  const policy = effort === undefined ? DEFAULT_POLICY : { ...DEFAULT_POLICY, effort };
  const start = performance.now();
  const result = planGoal({ want, given, policy }, snapshot, ALL_SERVED);
  const took = performance.now() - start;
  if (!result.ok) throw new Error(result.error.message);
  return [took, result.value];
}

const shapes = new Map<number, Instance>();

/** Services in layers of concepts, several of which a service takes and yields. */
function shaped(size: number): Instance {
  const known = shapes.get(size);
  if (known) return known;
  const shape = { layers: Math.round(6 + size / 600), width: Math.max(4, Math.round(size / 30)), outputs: 6, needs: 4 };
  const made = instance({ nodes: size, ...shape, wants: 3, costs: "same" }, size);
  shapes.set(size, made);
  return made;
}

const sum = (list: readonly number[]): number => list.reduce((total, one) => total + one, 0);
