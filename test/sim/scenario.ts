import { Random } from "./random.ts";
import { sketchNode, type SimNode } from "./sim-node.ts";
import { sketchRequest, type SimRequest } from "./sim-request.ts";

/** One thing somebody outside does, at a moment counted from the start. */
export interface Act {
  readonly atMs: number;
  /** The request it is about, by place. */
  readonly request: number;
  readonly does:
    | { readonly what: "submit"; readonly body: "same" | "other"; readonly waitMs: number }
    | { readonly what: "approve"; readonly approved: boolean }
    | {
        readonly what: "read" | "cancel" | "pause" | "resume" | "send event" | "rerun" | "delete" | "redrive the dead";
      };
}

/** Who asks what of which nodes. Follows from the seed alone. */
export interface Scenario {
  readonly nodes: readonly SimNode[];
  readonly requests: readonly SimRequest[];
  readonly acts: readonly Act[];
}

/** Clients act within this time. */
export const ACTING_MS = 40_000;
/** Moments fall on a grid, so that things happen at once more often than they would. */
const GRAIN_MS = 250;

export function scenarioOf(seed: number): Scenario {
  const random = new Random(seed ^ 0xac75);
  const nodes = Array.from({ length: 2 + random.below(4) }, (_, index) => sketchNode(random, index));
  const requests = Array.from({ length: 1 + random.below(4) }, (_, index) => sketchRequest(random, nodes, index));
  const acts = requests.flatMap(({ key }, request) => script(random, key !== null, request));
  return { nodes, requests, acts: acts.sort((a, b) => a.atMs - b.atMs) };
}

function script(random: Random, keyed: boolean, request: number): Act[] {
  const moment = (): number => Math.floor((random.next() ** 2 * ACTING_MS) / GRAIN_MS) * GRAIN_MS;
  const first = moment() >> 2;
  const acts: Act[] = [];
  const act = (afterMs: number, does: Act["does"]): void => void acts.push({ atMs: first + afterMs, request, does });
  const submit = (afterMs: number, body: "same" | "other"): void =>
    act(afterMs, { what: "submit", body, waitMs: random.chance(0.25) ? random.pick([500, 20_000]) : 0 });
  submit(0, "same");
  if (keyed) {
    if (random.chance(0.5)) submit(random.pick([0, 2, 50]), "same");
    if (random.chance(0.6)) submit(moment(), "same");
    if (random.chance(0.3)) submit(random.pick([0, 3, moment()]), "other");
  }
  while (random.chance(0.5)) act(moment(), { what: "read" });
  if (random.chance(0.2)) act(moment() >> 3, { what: "cancel" });
  if (random.chance(0.15)) {
    act(moment() >> 3, { what: "pause" });
    act(moment(), { what: "resume" });
  }
  if (random.chance(0.3)) act(moment() >> 2, { what: "send event" });
  if (random.chance(0.3)) act(moment() >> 2, { what: "approve", approved: random.chance(0.7) });
  if (random.chance(0.15)) act(moment(), { what: "rerun" });
  if (random.chance(0.1)) act(moment(), { what: "delete" });
  if (random.chance(0.2)) act(moment(), { what: "redrive the dead" });
  return acts;
}
