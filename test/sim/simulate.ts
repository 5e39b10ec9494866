import { auditBlobs, auditParts, type Leftovers } from "./audit/leftovers.ts";
import { Findings, type Finding } from "./audit/findings.ts";
import { auditTrust } from "./audit/trust.ts";
import type { Bug } from "./bugs/bug.ts";
import { Decisions, type Deviations } from "./decisions.ts";
import { ACTING_MS, scenarioOf, type Scenario } from "./scenario.ts";
import { Timeline } from "./timeline.ts";
import { weatherOf, type Weather } from "./weather.ts";
import { buildWorld, SETTINGS, type World } from "./world.ts";

const START = Date.UTC(2026, 2, 1);
/** Troubles end here; whatever they have begun may still arrive late. */
const HEALED_AT = START + ACTING_MS + 50_000;
/** By now everything must have come to rest. */
const SETTLED_AT = HEALED_AT + 90 * 60 * 1_000;
/** By now the memory of every key is over. */
const FORGOTTEN_AT = SETTLED_AT + 2 * SETTINGS.keyMemoryMs;
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
  readonly executions: number;
  readonly left: Leftovers;
}

/** Lives through one seed: the world turns hostile, heals, comes to rest, and is looked over. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Outcome> {
  const { scenario = scenarioOf(seed), weather = weatherOf(seed), bug, deviations = null, trace } = options;
  const timeline = new Timeline(START);
  const decisions = new Decisions(seed, deviations);
  const findings = new Findings();
  const note = trace
    ? (who: string, what: string) => trace(`${((timeline.now - START) / 1_000).toFixed(3).padStart(9)} s  ${who.padEnd(12)} ${what}`)
    : () => undefined;
  const universe = { timeline, decisions, weather, note };
  const world = await buildWorld(seed, scenario, universe, findings, bug?.plant() ?? {});
  for (const act of scenario.acts) timeline.at(START + act.atMs, () => world.clients.act(act));
  timeline.at(HEALED_AT, () => {
    note("world", "heals");
    decisions.heal();
    for (const slot of world.slots) slot.evict();
    world.clients.resumeAll();
  });
  // A word of before may still have been on its way.
  timeline.at(HEALED_AT + 120_000, () => world.clients.resumeAll());
  let left: Leftovers = { archives: 0, values: 0 };
  const rested = await timeline.live(SETTLED_AT, MAX_STEPS);
  if (!rested) findings.add("rests", `still busy after ${MAX_STEPS} steps, ${((timeline.now - START) / 1_000).toFixed(0)} s`);
  else if (findings.all.length === 0) {
    left = await lookOver(world, timeline, findings);
    if (!(await timeline.live(FORGOTTEN_AT, 2 * MAX_STEPS))) findings.add("rests", "tombstones never settle");
    lookForRemains(world, findings);
  }
  const { commits, executions } = world;
  return {
    findings: findings.all,
    deviations: decisions.taken,
    runs: commits.runs.size,
    steps: timeline.steps,
    executions: executions.size,
    left,
  };
}

/** Everything has come to rest: compares what there is with what was promised. */
async function lookOver(world: World, timeline: Timeline, findings: Findings): Promise<Leftovers> {
  const { commits, told, index, slots, bus, backends } = world;
  for (const [name, queue] of Object.entries({ work: bus.work, events: bus.events, deadWork: bus.deadWork, deadEvents: bus.deadEvents }))
    if (queue.size + queue.inFlight > 0) findings.add("clean", `${queue.size} waiting and ${queue.inFlight} in flight in ${name}`);
  const archived = await index.archived();
  for (const [id, { state, gone }] of commits.runs) {
    if (state.header.finishedAt === null) findings.add("ends", `run ${id} is ${state.header.status}`);
    else if (!gone || !archived.has(id)) findings.add("balanced", `run ${id} has ended and is not archived`);
  }
  for (const id of archived.keys()) if (!commits.runs.has(id)) findings.add("balanced", `run ${id} is archived and never began`);
  const placed = new Set<string>();
  for (const [id, { tenant }] of index.rows) {
    const place = (await index.get(tenant, id))?.archive;
    if (place) placed.add(place.key);
    told.settle(id, place ? await backends.blobs.get(place.key, place) : null, "k.0");
  }
  for (const id of told.told.keys()) {
    if (!archived.has(id)) findings.add("kept", `run ${id} was acknowledged and is not archived`);
    void world.clients.look(id);
  }
  for (const slot of slots)
    for (const owner of commits.owners.get(slot.number) ?? []) auditParts(slot.number, owner, slot.store.read(owner), findings);
  await auditTrust(archived.values(), slots, backends.trust, timeline.now, findings);
  return auditBlobs(backends.blobs, archived, placed, backends.deadLetters, findings);
}

/** The memory of keys is over too: nothing but running trust totals may be left, and no alarm set. */
function lookForRemains({ slots, commits }: World, findings: Findings): void {
  for (const { number, store, alarmAt } of slots) {
    if (alarmAt !== null) findings.add("clean", `ring ${number} has its alarm set with nothing to wait for`);
    for (const owner of commits.owners.get(number) ?? [])
      if (owner !== "~trust" && store.read(owner).length > 0) findings.add("clean", `ring ${number} never forgets ${owner}`);
  }
}
