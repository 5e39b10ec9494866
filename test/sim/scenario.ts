import type { JsonObject } from "../../contracts/json.ts";
import type { NodeDefinition, RetryPolicy } from "../../src/core/registry/node.ts";
import { sampleNode } from "../support/sample-node.ts";
import { Random } from "./random.ts";

/** A node of the scenario's registry: reads texts, gives one text. */
export interface SimNode {
  readonly name: string;
  readonly reads: readonly string[];
  readonly gives: string;
  readonly effect: boolean;
  /** Length of what it gives. */
  readonly chars: number;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
}

/** What a client may ask for. Under a key, `same` and `other` are two bodies. */
export interface SimRequest {
  readonly operation: string;
  readonly payload: (marker: string) => JsonObject;
  readonly key: string | null;
}

/** One thing a client does, at a moment counted from the start. */
export interface Act {
  readonly atMs: number;
  readonly request: number;
  readonly does:
    | { readonly what: "submit"; readonly body: "same" | "other"; readonly waitMs: number }
    | { readonly what: "read" }
    | { readonly what: "cancel" | "pause" | "resume" };
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
const GIVEN = "k.0";

export function scenarioOf(seed: number): Scenario {
  const random = new Random(seed ^ 0xac75);
  const nodes = Array.from({ length: 2 + random.below(4) }, (_, index) => sketch(random, index));
  const requests = Array.from({ length: 1 + random.below(5) }, (_, index) => request(random, nodes, index));
  const acts = requests.flatMap((asked, index) => script(random, asked, index));
  return { nodes, requests, acts: acts.sort((a, b) => a.atMs - b.atMs) };
}

/** The node as the registry knows it. */
export function definitionOf({ name, reads, gives, effect, timeoutMs, retry }: SimNode): NodeDefinition {
  const text = { type: "string" } as const;
  return sampleNode({
    name,
    kind: effect ? "effect" : "compute",
    entrypoint: { type: "builtin", target: name },
    inputs: Object.fromEntries(reads.map((key) => [key, { schema: text, optional: false }])),
    outputs: { [gives]: text },
    inputState: { type: "object", properties: Object.fromEntries(reads.map((key) => [key, text])), required: [...reads] },
    outputState: { type: "object", properties: { [gives]: text }, required: [gives] },
    execution: { cost: 1, latencyMs: 10, timeoutMs, retry, cache: null },
  });
}

function sketch(random: Random, index: number): SimNode {
  const earlier = Array.from({ length: index + 1 }, (_, place) => `k.${place}`);
  const reads = new Set([random.pick(earlier)]);
  if (random.chance(0.35)) reads.add(random.pick(earlier));
  return {
    name: `n${index + 1}`,
    reads: [...reads],
    gives: random.chance(0.15) && index > 0 ? `k.${index}` : `k.${index + 1}`,
    effect: random.chance(0.5),
    chars: random.chance(0.04) ? random.pick([52_000, 70_000]) : 12,
    timeoutMs: random.pick([500, 1_000, 3_000]),
    retry: { maxRetries: random.below(3), backoff: random.pick(["fixed", "exponential"]), baseMs: random.pick([50, 700]), maxMs: 2_000 },
  };
}

function request(random: Random, nodes: readonly SimNode[], index: number): SimRequest {
  const key = random.chance(0.65) ? `key-${index}` : null;
  const policy = policyOf(random);
  const asked = random.next();
  if (asked < 0.3) {
    const steps = graphSteps(random, nodes);
    return { key, operation: "graph.run", payload: (marker) => ({ steps, given: { [GIVEN]: marker }, policy }) };
  }
  if (asked < 0.36) {
    return { key, operation: "goal.run", payload: (marker) => ({ want: ["k.nobody"], given: { [GIVEN]: marker } }) };
  }
  const known = nodes.map(({ gives }) => gives);
  const want = [...new Set([known.at(-1) ?? GIVEN, random.pick(known)])];
  return { key, operation: "goal.run", payload: (marker) => ({ want, given: { [GIVEN]: marker }, policy }) };
}

function policyOf(random: Random): JsonObject {
  return {
    inline: random.chance(0.6) ? "auto" : "never",
    fusion: random.chance(0.7) ? "auto" : "none",
    on_failure: random.chance(0.8) ? "continue" : "stop",
    deadline_ms: random.chance(0.2) ? random.pick([1_500, 10_000, 60_000]) : null,
    max_parallelism: random.chance(0.15) ? random.pick([1, 2]) : null,
  };
}

/** A fan: every node reads its keys from the nearest earlier step that gives them, or what is given. */
function graphSteps(random: Random, nodes: readonly SimNode[]): JsonObject[] {
  const steps: { id: string; node: SimNode }[] = [];
  return Array.from({ length: 2 + random.below(3) }, (_, index) => {
    const node = random.pick(nodes);
    const id = `s${index}`;
    const inputs = Object.fromEntries(
      node.reads.map((key) => {
        const givers = steps.filter((step) => random.chance(0.8) && step.node.gives !== "");
        const giver = givers.length > 0 ? random.pick(givers) : null;
        return [key, giver ? `${giver.id}.${giver.node.gives}` : GIVEN];
      }),
    );
    const after = steps.length > 0 && random.chance(0.2) ? [random.pick(steps).id] : [];
    steps.push({ id, node });
    return { id, node: node.name, inputs, after };
  });
}

function script(random: Random, { key }: SimRequest, request: number): Act[] {
  const moment = (): number => Math.floor((random.next() ** 2 * ACTING_MS) / GRAIN_MS) * GRAIN_MS;
  const submit = (atMs: number, body: "same" | "other"): Act => ({
    atMs,
    request,
    does: { what: "submit", body, waitMs: random.chance(0.25) ? random.pick([500, 20_000]) : 0 },
  });
  const first = moment() >> 2;
  const acts = [submit(first, "same")];
  if (key !== null) {
    if (random.chance(0.5)) acts.push(submit(first + random.pick([0, 2, 50]), "same"));
    if (random.chance(0.6)) acts.push(submit(first + moment(), "same"));
    if (random.chance(0.3)) acts.push(submit(first + random.pick([0, 3, moment()]), "other"));
  }
  while (random.chance(0.6)) acts.push({ atMs: first + moment(), request, does: { what: "read" } });
  if (random.chance(0.2)) acts.push({ atMs: first + (moment() >> 3), request, does: { what: "cancel" } });
  if (random.chance(0.15)) {
    const paused = first + (moment() >> 3);
    acts.push({ atMs: paused, request, does: { what: "pause" } });
    acts.push({ atMs: paused + moment(), request, does: { what: "resume" } });
  }
  return acts;
}
