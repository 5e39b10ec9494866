import { Random } from "./random.ts";
import { comeback, messages, script, upkeep, type Act } from "./script.ts";
import { LONG_SLEEP, sketchNodes, sketchWhole, WAITS, type SimNode } from "./sim-node.ts";
import { themesOf } from "./themes.ts";
import { sketchRequest, type SimRequest } from "./sim-request.ts";

/** How many worlds are long. */
const LONG_WORLDS = 0.2;

/** Who asks what of which nodes. Follows from the seed alone. */
export interface Scenario {
  /** Clients come back days later. */
  readonly isLong: boolean;
  /** How many queued work items may be under way at once; null for any number. */
  readonly tenantSlots: number | null;
  readonly nodes: readonly SimNode[];
  readonly requests: readonly SimRequest[];
  readonly acts: readonly Act[];
}

export function scenarioOf(seed: number): Scenario {
  const random = new Random(seed ^ 0xac75);
  const themes = themesOf(random);
  const isLong = random.chance(LONG_WORLDS);
  const parts = sketchNodes(random, themes);
  const whole = themes.has("cache") && random.chance(0.6) ? sketchWhole(parts) : null;
  const nodes = whole ? [...parts, whole] : parts;
  const material = { nodes, themes, waits: isLong ? [...WAITS, LONG_SLEEP] : WAITS };
  const requests = Array.from({ length: 1 + random.below(3) }, (_, index) => sketchRequest(random, material, index));
  const keyed = requests.map(({ key }) => key !== null);
  const acts = [
    ...keyed.flatMap((own, request) => script(random, themes, own, request)),
    ...(themes.has("upkeep") ? upkeep(random, nodes.length) : []),
    ...(themes.has("bus") ? messages(random, nodes.length) : []),
    ...(isLong ? comeback(random, keyed) : []),
  ];
  const tenantSlots = themes.has("limits") && random.chance(0.3) ? random.pick([1, 2]) : null;
  return { isLong, tenantSlots, nodes, requests, acts: acts.sort((a, b) => a.atMs - b.atMs) };
}
