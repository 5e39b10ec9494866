import type { Bug } from "./bugs/bug.ts";
import { scenarioOf, type Scenario } from "./scenario.ts";
import { simulate, type Outcome, type SimulationOptions } from "./simulate.ts";

/** What came of many seeds together. */
export interface Exploration {
  seeds: number;
  runs: number;
  steps: number;
  faults: number;
  /** Seeds in which an invariant broke, and what was found there. */
  readonly violations: { readonly seed: number; readonly outcome: Outcome }[];
  /** What of the system was reached at all, and in how many seeds. */
  readonly reached: Map<string, number>;
}

export interface ExploreOptions extends SimulationOptions {
  readonly from: number;
  readonly seeds: number;
  /** Worlds that are no good for what is looked for are passed over; absent, each is lived through. */
  readonly needs?: (scenario: Scenario) => boolean;
  /** Ends the exploration early. */
  readonly enough?: (so: Exploration) => boolean;
}

/** Simulates one seed after the other. */
export async function explore({ from, seeds, needs, enough, ...options }: ExploreOptions): Promise<Exploration> {
  const so: Exploration = { seeds: 0, runs: 0, steps: 0, faults: 0, violations: [], reached: new Map() };
  for (let seed = from; seed < from + seeds && !enough?.(so); seed++) {
    if (needs && !needs(scenarioOf(seed))) continue;
    const outcome = await simulate(seed, options);
    so.seeds++;
    so.runs += outcome.runs;
    so.steps += outcome.steps;
    so.faults += outcome.deviations.size;
    for (const what of outcome.reached) so.reached.set(what, (so.reached.get(what) ?? 0) + 1);
    if (outcome.findings.length > 0) so.violations.push({ seed, outcome });
  }
  return so;
}

/** The first seed that catches a planted bug by an invariant it is expected to break; null when none of them does. */
export async function firstCatch(bug: Bug, seeds: number): Promise<number | null> {
  const catches = ({ outcome }: Exploration["violations"][number]): boolean =>
    outcome.findings.some(({ invariant }) => bug.breaks.includes(invariant));
  const { violations } = await explore({
    bug,
    ...(bug.needs ? { needs: bug.needs } : {}),
    from: 1,
    seeds,
    enough: (so) => so.violations.some(catches),
  });
  return violations.find(catches)?.seed ?? null;
}

/** The one line every exploration ends with. */
export const summaryLine = ({ seeds, runs, steps, faults, violations }: Exploration): string =>
  `seeds ${seeds}, runs ${runs}, steps ${steps}, faults injected ${faults}, violations ${violations.length}`;
