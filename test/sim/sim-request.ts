import type { JsonObject } from "../../contracts/json.ts";
import type { Random } from "./random.ts";
import { WAITS, type SimNode } from "./sim-node.ts";

/** The given key every request starts from; its value tells the bodies of requests apart. */
export const GIVEN = "k.0";

/** What a client may ask for. Under a key, two bodies differ in their marker. */
export interface SimRequest {
  readonly operation: string;
  readonly payload: (marker: string) => JsonObject;
  readonly key: string | null;
}

export function sketchRequest(random: Random, nodes: readonly SimNode[], index: number): SimRequest {
  const key = random.chance(0.65) ? `key-${index}` : null;
  const policy = sketchPolicy(random);
  const asked = random.next();
  if (asked < 0.35) {
    const steps = sketchGraph(random, nodes);
    return { key, operation: "graph.run", payload: (marker) => ({ steps, given: { [GIVEN]: marker }, policy }) };
  }
  // Nobody can: refused before anything is written.
  const known = nodes.map(({ gives }) => gives);
  const want = asked < 0.4 ? ["k.nobody"] : [...new Set([known.at(-1) ?? GIVEN, random.pick(known)])];
  return { key, operation: "goal.run", payload: (marker) => ({ want, given: { [GIVEN]: marker }, policy }) };
}

function sketchPolicy(random: Random): JsonObject {
  return {
    inline: random.chance(0.6) ? "auto" : "never",
    fusion: random.chance(0.7) ? "auto" : "none",
    on_failure: random.chance(0.8) ? "continue" : "stop",
    deadline_ms: random.chance(0.2) ? random.pick([1_500, 10_000, 60_000]) : null,
    max_parallelism: random.chance(0.15) ? random.pick([1, 2]) : null,
  };
}

/** Steps that read what is given or what an earlier one gives, come after others, hang on a gate, or wait. */
function sketchGraph(random: Random, nodes: readonly SimNode[]): JsonObject[] {
  // A run of more segments than a ring stores in one row, now and then.
  const length = random.chance(0.06) ? 20 : 2 + random.below(4);
  const steps: { readonly id: string; readonly node: SimNode }[] = [];
  return Array.from({ length }, (_, index) => {
    const node = random.chance(0.12) ? random.pick(WAITS) : random.pick(nodes);
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
