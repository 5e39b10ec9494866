import type { Invariant } from "./audit/findings.ts";
import type { Bug } from "./bugs/bug.ts";
import type { Deviation, Deviations } from "./decisions.ts";
import { scenarioOf, type Scenario } from "./scenario.ts";
import type { Act } from "./script.ts";
import { simulate, type Outcome, type SimulationOptions } from "./simulate.ts";

/** A failing world with nothing in it that is not needed to fail. */
export interface Trace {
  readonly seed: number;
  /** The seed's scenario with the acts that are left. */
  readonly scenario: Scenario;
  readonly deviations: Deviations;
  readonly outcome: Outcome;
  /** Every step of it, for reading. */
  readonly lines: readonly string[];
}

/**
 * Takes away from a failing world whatever it fails without, greedily: first what clients do, then what goes wrong, in
 * halves, quarters and so on down to single deviations, until nothing more can go.
 */
export async function shrink(seed: number, invariant: Invariant, found: Deviations, bug?: Bug): Promise<Trace> {
  const scenario = scenarioOf(seed);
  const attempt = (acts: readonly Act[], deviations: Deviations, more: SimulationOptions = {}): Promise<Outcome> =>
    simulate(seed, { scenario: withActs(scenario, acts), deviations, ...(bug ? { bug } : {}), ...more });
  const fails = async (acts: readonly Act[], deviations: readonly [string, Deviation][]): Promise<boolean> =>
    (await attempt(acts, new Map(deviations))).findings.some((finding) => finding.invariant === invariant);
  let acts = scenario.acts;
  let deviations = [...found];
  for (let size = -1; size !== acts.length + deviations.length;) {
    size = acts.length + deviations.length;
    acts = await without(acts, (fewer) => fails(fewer, deviations));
    deviations = [...(await without(deviations, (fewer) => fails(acts, fewer)))];
  }
  const lines: string[] = [];
  const outcome = await attempt(acts, new Map(deviations), { trace: (line) => lines.push(line) });
  return { seed, scenario: withActs(scenario, acts), deviations: new Map(deviations), outcome, lines };
}

const withActs = (scenario: Scenario, acts: readonly Act[]): Scenario => ({ ...scenario, acts });

/** The list without every stretch that is not needed for `holds`, tried from long to short. */
async function without<T>(list: readonly T[], holds: (fewer: readonly T[]) => Promise<boolean>): Promise<readonly T[]> {
  let kept = list;
  for (let stretch = Math.max(1, kept.length >> 1); stretch >= 1 && kept.length > 0; stretch >>= 1) {
    for (let at = 0; at < kept.length;) {
      const fewer = kept.toSpliced(at, stretch);
      if (await holds(fewer)) kept = fewer;
      else at += stretch;
    }
  }
  return kept;
}
