import type { NodeDefinition, RetryPolicy } from "../../src/core/registry/node.ts";
import { sampleNode } from "../support/sample-node.ts";
import type { Random } from "./random.ts";

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
  /** What it waits for instead of being executed. */
  readonly waitsFor?: "sleep" | "event" | "approval";
}

/** The event every waiting node waits for. */
export const EVENT = "go";

const NEVER: RetryPolicy = { maxRetries: 0, backoff: "fixed", baseMs: 100, maxMs: 100 };

/** Waits in every registry; graphs put them between other steps. */
export const WAITS: readonly SimNode[] = (["sleep", "event", "approval"] as const).map((waitsFor) => ({
  name: `wait_${waitsFor}`,
  reads: [],
  gives: `wait.${waitsFor}`,
  effect: false,
  chars: 0,
  timeoutMs: 20_000,
  retry: NEVER,
  waitsFor,
}));

/** The `index`th node: reads what earlier ones give, and now and then gives what an earlier one gives too. */
export function sketchNode(random: Random, index: number): SimNode {
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
    retry: {
      maxRetries: random.below(3),
      backoff: random.pick(["fixed", "exponential"]),
      baseMs: random.pick([50, 700]),
      maxMs: 2_000,
    },
  };
}

/** The node as the registry knows it. */
export function definitionOf({ name, reads, gives, effect, timeoutMs, retry, waitsFor }: SimNode): NodeDefinition {
  const text = { type: "string" } as const;
  const given = waitsFor === "sleep" ? {} : text;
  return sampleNode({
    name,
    kind: effect ? "effect" : "compute",
    entrypoint: waitsFor ? { type: "wait", target: waitsFor } : { type: "builtin", target: name },
    inputs: Object.fromEntries(reads.map((key) => [key, { schema: text, optional: false }])),
    outputs: { [gives]: given },
    inputState: {
      type: "object",
      properties: Object.fromEntries(reads.map((key) => [key, text])),
      required: [...reads],
    },
    outputState: { type: "object", properties: { [gives]: given }, required: [gives] },
    execution: { cost: 1, latencyMs: 10, timeoutMs, retry, cache: null },
    config: waitsFor ? { ms: 2_000, event: EVENT, timeout_ms: timeoutMs } : {},
  });
}
