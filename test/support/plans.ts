import type { Gate } from "../../src/core/plan/model/gate.ts";
import type { Plan, PlanStep, Segment } from "../../src/core/plan/model/plan.ts";
import { DEFAULT_POLICY, type Policy } from "../../src/core/plan/model/policy.ts";
import type { WaitSpec } from "../../src/core/plan/model/wait.ts";
import type { RetryPolicy } from "../../src/core/registry/node.ts";

export interface StepSketch {
  readonly id: string;
  /** Steps whose output it reads. None: it reads the given value `in`. */
  readonly needs?: readonly string[];
  readonly segment?: string;
  readonly inline?: boolean;
  readonly timeoutMs?: number;
  readonly retry?: Partial<RetryPolicy>;
  readonly when?: Gate;
  readonly after?: readonly string[];
  readonly wait?: Partial<WaitSpec> & Pick<WaitSpec, "kind">;
}

/** A plan by hand: step `a` makes the key `a.out`; every step's output is wanted. */
export function sketchPlan(sketches: readonly StepSketch[], policy: Partial<Policy> = {}): Plan {
  const steps = sketches.map((sketch): PlanStep => {
    const needs = sketch.needs ?? [];
    const inputs =
      needs.length === 0
        ? { in: { step: null, key: "in" } }
        : Object.fromEntries(needs.map((need) => [`${need}.out`, { step: need, key: `${need}.out` }]));
    return {
      id: sketch.id,
      node: sketch.id,
      version: "1.0.0",
      kind: "compute",
      entrypoint: "builtin",
      inputs,
      outputs: [`${sketch.id}.out`],
      after: sketch.after ?? [],
      ...(sketch.when ? { when: sketch.when } : {}),
      segment: sketch.segment ?? sketch.id,
      cost: 1,
      timeoutMs: sketch.timeoutMs ?? 1_000,
      retry: { maxRetries: 2, backoff: "exponential", baseMs: 100, maxMs: 1_000, ...sketch.retry },
      cacheTtlMs: null,
      ...(sketch.wait
        ? { entrypoint: "wait", wait: { ms: null, event: null, timeoutMs: 60_000, ...sketch.wait } }
        : {}),
    };
  });
  const segments: Segment[] = [];
  for (const [id, members] of Map.groupBy(steps, (step) => step.segment)) {
    const inline = sketches.some((sketch) => (sketch.segment ?? sketch.id) === id && sketch.inline === true);
    segments.push({ id, steps: members.map((step) => step.id), inline });
  }
  return {
    hash: "0".repeat(64),
    want: steps.flatMap((step) => step.outputs),
    given: ["in"],
    steps,
    segments,
    results: Object.fromEntries(steps.map((step) => [`${step.id}.out`, { step: step.id, key: `${step.id}.out` }])),
    cost: steps.length,
    depth: steps.length,
    why: [],
    guards: [],
    origin: "graph",
    policy: { ...DEFAULT_POLICY, ...policy },
  };
}
