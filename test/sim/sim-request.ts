import type { ChainLink, Chains } from "../../contracts/documents/chain.ts";
import type { JsonObject, JsonValue } from "../../contracts/json/json.ts";
import type { Random } from "./random.ts";
import type { SimNode } from "./sim-node.ts";
import type { Themes } from "./themes.ts";

/** The given key every request starts from; its value tells the bodies of requests apart. */
export const GIVEN = "k.0";

/** What a client may ask for. Under a key, two bodies differ in their marker. */
export interface SimRequest {
  readonly operation: string;
  readonly payload: (marker: string) => JsonObject;
  readonly key: string | null;
  /** What is sent when its run has ended. */
  readonly chains: Chains;
}

/** What a request's body is told by: those without a key share some, so that they can use each other's results. */
export const markerOf = (request: number, { key }: SimRequest, body: "same" | "other"): string =>
  key === null ? `shared by requests` : `request ${request}, ${body}`;

/** What requests are made of. */
export interface Material {
  readonly nodes: readonly SimNode[];
  readonly waits: readonly SimNode[];
  readonly themes: Themes;
}

export function sketchRequest(random: Random, material: Material, index: number): SimRequest {
  const key = random.chance(material.themes.has("cache") ? 0.3 : 0.65) ? `key-${index}` : null;
  const policy = sketchPolicy(random);
  const chains = material.themes.has("chains") && random.chance(0.6) ? sketchChains(random, material) : {};
  const asked = random.next();
  if (asked < 0.35) {
    const steps = sketchGraph(random, material);
    return {
      key,
      chains,
      operation: "graph.run",
      payload: (marker) => ({ steps, given: { [GIVEN]: marker }, policy }),
    };
  }
  // Nobody can: refused before anything is written.
  const known = material.nodes.map(({ gives }) => gives);
  const want = asked < 0.4 ? ["k.nobody"] : [...new Set([known.at(-1) ?? GIVEN, random.pick(known)])];
  return { key, chains, operation: "goal.run", payload: (marker) => ({ want, given: { [GIVEN]: marker }, policy }) };
}

function sketchPolicy(random: Random): JsonObject {
  return {
    inline: random.chance(0.6) ? "auto" : "never",
    fusion: random.chance(0.7) ? "auto" : "none",
    on_failure: random.chance(0.8) ? "continue" : "stop",
    deadline_ms: random.chance(0.2) ? random.pick([1_500, 10_000, 60_000]) : null,
    max_parallelism: random.chance(0.15) ? random.pick([1, 2]) : null,
    mode: random.pick(["parallel", "parallel", "parallel", "parallel", "batch", "sequential"]),
    order: random.pick(["plan", "plan", "critical", "cheap", "trusted"]),
    priority: random.pick([0, 0, 0, 5, -5]),
    no_cache: random.chance(0.1),
    max_replans: random.pick([2, 2, 2, 0, 1, 5]),
  };
}

/** Up to three envelopes, in lists that do and do not apply; now and then one that nobody can plan. */
function sketchChains(random: Random, { nodes }: Material): Chains {
  const link = (place: number): ChainLink => {
    const want = random.chance(0.15) ? "k.nobody" : random.pick(nodes).gives;
    const given = random.pick<JsonValue>([{ $from: "run.id" }, { $from: `given.${GIVEN}` }, `link ${place}`]);
    return { operation: "goal.run", payload: { want: [want], given: { [GIVEN]: given } } };
  };
  const list = (): readonly ChainLink[] => Array.from({ length: 1 + random.below(2) }, (_, place) => link(place));
  return {
    ...(random.chance(0.5) ? { on_success: list() } : {}),
    ...(random.chance(0.5) ? { on_failure: list() } : {}),
    ...(random.chance(0.5) ? { on_complete: list() } : {}),
  };
}

/** Steps that read what is given or what an earlier one gives, come after others, hang on a gate, or wait. */
function sketchGraph(random: Random, { nodes, waits }: Material): JsonObject[] {
  // A run of more segments than a ring stores in one row, now and then.
  const length = random.chance(0.06) ? 20 : 2 + random.below(4);
  const steps: { readonly id: string; readonly node: SimNode }[] = [];
  return Array.from({ length }, (_, index) => {
    const node = random.chance(0.12) ? random.pick(waits) : random.pick(nodes);
    const id = `s${index}`;
    const givers = steps.filter((step) => step.node.waitsFor === undefined);
    const giver = (): string => {
      const step = givers.length > 0 && random.chance(0.75) ? random.pick(givers) : null;
      return step ? `${step.id}.${step.node.gives}` : GIVEN;
    };
    const inputs = Object.fromEntries(node.reads.map((key) => [key, giver()]));
    const after = steps.length > 0 && random.chance(node.waitsFor ? 0.8 : 0.25) ? [random.pick(steps).id] : [];
    const gate =
      givers.length > 0 && random.chance(0.12) ? { when: { value: giver(), op: "contains", than: "1" } } : {};
    steps.push({ id, node });
    return { id, node: node.name, inputs, after, ...gate };
  });
}
