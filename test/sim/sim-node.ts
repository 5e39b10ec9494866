import type { JsonObject } from "../../contracts/json/json.ts";
import type { NodeLimit } from "../../src/core/limit/limit.ts";
import type { NodeDefinition, RetryPolicy } from "../../src/core/registry/node.ts";
import { sampleNode } from "../support/sample-node.ts";
import type { Random } from "./random.ts";
import { LATER_MS } from "./script.ts";
import type { Themes } from "./themes.ts";

/** A node of a scenario's registry: reads texts, gives one text. */
export interface SimNode {
  readonly name: string;
  readonly reads: readonly string[];
  readonly gives: string;
  readonly effect: boolean;
  /** Length of what it gives. */
  readonly chars: number;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  /** What it waits for instead of being executed, and how long at most. */
  readonly waitsFor?: "sleep" | "event" | "approval";
  readonly isCached?: boolean;
  readonly limits?: readonly NodeLimit[];
  readonly group?: string;
  /** What a composite is made of. */
  readonly body?: JsonObject;
}

/** The event every waiting node waits for. */
export const EVENT = "go";

const NEVER: RetryPolicy = { maxRetries: 0, backoff: "fixed", baseMs: 100, maxMs: 100 };

const waitFor = (name: string, waitsFor: NonNullable<SimNode["waitsFor"]>, timeoutMs: number): SimNode => ({
  name,
  reads: [],
  gives: `wait.${waitsFor}`,
  effect: false,
  chars: 0,
  timeoutMs,
  retry: NEVER,
  waitsFor,
});

/** Sleeps until long after clients have come back. */
export const LONG_SLEEP_MS = LATER_MS + 60 * 60 * 1_000;
export const LONG_SLEEP = waitFor("wait_days", "sleep", LONG_SLEEP_MS);

/** Waits in every registry; graphs put them between other steps. */
export const WAITS: readonly SimNode[] = [
  waitFor("wait_sleep", "sleep", 2_000),
  waitFor("wait_event", "event", 20_000),
  waitFor("wait_approval", "approval", 20_000),
];

/** How long a cached result may be used. */
export const CACHE_TTL_MS = 60 * 60 * 1_000;
/** The group that bus messages go to, and the one whose members share a limit. */
export const GROUP = "work";
const SHARED = "shared";

/**
 * Nodes, each reading what earlier ones give. Now and then one gives what an earlier one gives too, or does all that the
 * one before it does.
 */
export function sketchNodes(random: Random, themes: Themes): readonly SimNode[] {
  const nodes: SimNode[] = [];
  const count = 2 + random.below(4);
  while (nodes.length < count) {
    const last = nodes.at(-1);
    const sketched = sketchNode(random, themes, nodes.length);
    const { reads, gives } = last && themes.has("variants") && random.chance(0.5) ? last : sketched;
    nodes.push({ ...sketched, reads, gives });
  }
  return nodes;
}

function sketchNode(random: Random, themes: Themes, index: number): SimNode {
  const earlier = Array.from({ length: index + 1 }, (_, place) => `k.${place}`);
  const reads = new Set([random.pick(earlier)]);
  if (random.chance(0.35)) reads.add(random.pick(earlier));
  const limits = themes.has("limits") && random.chance(0.5) ? [sketchLimit(random, [...reads])] : [];
  return {
    name: `n${index + 1}`,
    reads: [...reads],
    gives: random.chance(0.15) && index > 0 ? `k.${index}` : `k.${index + 1}`,
    effect: random.chance(themes.has("cache") ? 0.25 : 0.5),
    chars: random.chance(0.04) ? random.pick([52_000, 70_000]) : 12,
    timeoutMs: random.pick([500, 1_000, 3_000]),
    retry: {
      // Where others can take over, nodes die soon.
      maxRetries: themes.has("variants") ? random.pick([0, 0, 1]) : random.below(3),
      backoff: random.pick(["fixed", "exponential"]),
      baseMs: random.pick([50, 700]),
      maxMs: 2_000,
    },
    isCached: themes.has("cache") && random.chance(0.7),
    ...(limits.length > 0 ? { limits } : {}),
    ...(themes.has("bus") && random.chance(0.6) ? { group: GROUP } : {}),
  };
}

function sketchLimit(random: Random, reads: readonly string[]): NodeLimit {
  const group = random.chance(0.4) ? SHARED : null;
  const key = random.chance(0.3) ? random.pick(reads) : null;
  if (random.chance(0.25)) return { group, key, allows: { kind: "rate", max: random.pick([1, 2]), perMs: 5_000 } };
  return { group, key, allows: { kind: "slots", max: random.pick([1, 1, 2]) } };
}

/** Two compute nodes in a row as one, cached as a whole; null where there are none. */
export function sketchWhole(nodes: readonly SimNode[]): SimNode | null {
  for (const second of nodes) {
    const first = nodes.find(({ gives, effect }) => !effect && second.reads.includes(gives));
    if (!first || second.effect || first === second || first.limits || second.limits) continue;
    if (second.reads.length > 1 || second.gives === first.gives || first.reads.includes(second.gives)) continue;
    const body = {
      steps: [
        { id: "one", node: first.name },
        { id: "two", node: second.name, inputs: { [first.gives]: `one.${first.gives}` } },
      ],
      outputs: { [second.gives]: `two.${second.gives}` },
    };
    return { ...second, name: "whole", reads: first.reads, isCached: true, body };
  }
  return null;
}

/** The version every node has from the beginning, and the one that may come out later. */
const FIRST_VERSION = "1.0.0";
export const NEXT_VERSION = "2.0.0";

/** The node as the registry knows it. */
export function definitionOf(node: SimNode, version = FIRST_VERSION): NodeDefinition {
  const { name, reads, gives, effect, timeoutMs, retry, waitsFor, isCached, limits, group, body } = node;
  const text = { type: "string" } as const;
  const given = waitsFor === "sleep" ? {} : text;
  const cache = isCached ? { ttlMs: CACHE_TTL_MS } : null;
  return sampleNode({
    name,
    version,
    kind: effect ? "effect" : "compute",
    entrypoint: waitsFor
      ? { type: "wait", target: waitsFor }
      : { type: body ? "composite" : "builtin", target: body ? "graph" : name },
    inputs: Object.fromEntries(reads.map((key) => [key, { schema: text, optional: false }])),
    outputs: { [gives]: given },
    inputState: {
      type: "object",
      properties: Object.fromEntries(reads.map((key) => [key, text])),
      required: [...reads],
    },
    outputState: { type: "object", properties: { [gives]: given }, required: [gives] },
    execution: { cost: 1, latencyMs: 10, timeoutMs, retry, cache, ...(limits ? { limits } : {}) },
    config: waitsFor ? { ms: timeoutMs, event: EVENT, timeout_ms: timeoutMs } : {},
    group: group ?? null,
    ...(body ? { graph: body } : {}),
  });
}
