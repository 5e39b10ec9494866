import { sweep } from "../../src/app/sweep/sweep.ts";
import { afterlife } from "./afterlife.ts";
import { Findings, type Finding } from "./audit/findings.ts";
import { lookOver } from "./audit/look-over.ts";
import type { Bug } from "./bugs/bug.ts";
import { Decisions, type Deviations } from "./decisions.ts";
import { reachedIn } from "./reached.ts";
import { scenarioOf, type Scenario } from "./scenario.ts";
import { ACTING_MS, LATER_MS } from "./script.ts";
import { LONG_SLEEP_MS } from "./sim-node.ts";
import { Timeline } from "./timeline.ts";
import type { Universe } from "./universe.ts";
import { weatherOf, type Weather } from "./weather.ts";
import { buildWorld, type World } from "./world.ts";

const START = Date.UTC(2026, 2, 1);
/** Troubles end this long after clients begin to act; what they have begun may still arrive late. */
const STORM_MS = ACTING_MS + 50_000;
/** By then everything must have come to rest. */
const SETTLED_MS = STORM_MS + 90 * 60 * 1_000;
/** A run may sleep several times, one after the other. */
const SLEEPS = 4;
/** In a long world everything of the first days is over when clients come back. */
const KEPT_DAYS = { atFirst: 7, later: 2 };
const SWEEP_EVERY_MS = 29_000;
const MAX_STEPS = 20_000;

export interface SimulationOptions {
  readonly scenario?: Scenario;
  readonly weather?: Weather;
  readonly bug?: Bug;
  /** Replays exactly these deviations; absent, the weather decides. */
  readonly deviations?: Deviations;
  /** Receives every step as a line. */
  readonly trace?: (line: string) => void;
}

export interface Outcome {
  readonly findings: readonly Finding[];
  readonly deviations: Deviations;
  readonly runs: number;
  readonly steps: number;
  /** What of the system this world has reached, in words. */
  readonly reached: ReadonlySet<string>;
}

/** Lives through one seed: the world turns hostile, heals, comes to rest, is looked over, and is left to its age. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Outcome> {
  const { scenario = scenarioOf(seed), bug, deviations = null, trace } = options;
  const weather = options.weather ?? bug?.weather ?? weatherOf(seed);
  const timeline = new Timeline(START);
  const decisions = new Decisions(seed, weather, deviations);
  const findings = new Findings();
  const seconds = (): string => ((timeline.now - START) / 1_000).toFixed(3).padStart(9);
  const note = trace
    ? (who: string, what: string) => trace(`${seconds()} s  ${who.padEnd(12)} ${what}`)
    : () => undefined;
  const universe: Universe = { timeline, decisions, note };
  const world = await buildWorld(seed, scenario, universe, findings, bug?.plant() ?? {});
  arrange(scenario, universe, world);
  const rested = await timeline.live(
    START + (scenario.isLong ? LATER_MS + SLEEPS * LONG_SLEEP_MS : 0) + SETTLED_MS,
    MAX_STEPS,
  );
  if (!rested) findings.add("rests", `still busy after ${MAX_STEPS} steps, at ${seconds().trim()} s`);
  const reached = await reachedIn(world);
  const isReachable =
    [...decisions.taken.values()].every(({ kind }) => kind === "node") &&
    scenario.acts.every(({ does: { what } }) => what !== "register" && what !== "move");
  if (findings.all.length === 0) await lookOver(world, timeline.now, isReachable, findings);
  if (findings.all.length === 0) await afterlife(world, timeline, findings);
  return {
    findings: findings.all,
    deviations: decisions.taken,
    runs: world.commits.runs.size,
    steps: timeline.steps,
    reached,
  };
}

/** Everything that will happen of itself. */
function arrange({ acts, isLong }: Scenario, universe: Universe, world: World): void {
  const { timeline, decisions } = universe;
  for (const act of acts) timeline.at(START + act.atMs, () => world.clients.act(act));
  storm(START, KEPT_DAYS.atFirst, universe, world);
  if (!isLong) return;
  timeline.at(START + LATER_MS - 1, () => {
    decisions.turn();
    world.told.expire(timeline.now);
    world.clients.forgetMessages();
  });
  storm(START + LATER_MS, KEPT_DAYS.later, universe, world);
}

/** A time of trouble and its end, with the chores of a day that keeps runs for so long. */
function storm(start: number, days: number, universe: Universe, { clients, slots, isolates }: World): void {
  const { timeline, decisions, note } = universe;
  for (let at = start + SWEEP_EVERY_MS; at < start + STORM_MS; at += SWEEP_EVERY_MS)
    timeline.at(at, () => {
      const { process, parts } = isolates.get("sweeper");
      void sweep(parts, { retention: { days } }, process.clock.now());
    });
  timeline.at(start + STORM_MS, () => {
    note("world", "heals");
    decisions.heal();
    for (const slot of slots) slot.evict();
    clients.resumeAll();
  });
  // A word of before may still have been on its way.
  timeline.at(start + STORM_MS + 120_000, () => clients.resumeAll());
}
