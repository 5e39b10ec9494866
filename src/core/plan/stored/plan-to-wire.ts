import type { PlanWire } from "../../../../contracts/documents/plan.ts";
import { USUAL_EFFORT, type PolicyWire } from "../../../../contracts/documents/policy.ts";
import type { JsonValue } from "../../../../contracts/json/json.ts";
import { limitToWire } from "../../limit/limit.ts";
import type { Gate } from "../model/gate.ts";
import { gapOf, type Plan, type PlanOptimum, type PlanStep, type Source } from "../model/plan.ts";
import { planEdges } from "../model/plan-index.ts";
import type { Policy } from "../model/policy.ts";
import type { WaitSpec } from "../model/wait.ts";

/** The plan as it is sent: snake_case names, and the edges spelt out. */
export function planToWire(plan: Plan): PlanWire {
  return {
    hash: plan.hash,
    want: [...plan.want],
    given: [...plan.given],
    steps: plan.steps.map(stepToWire),
    segments: plan.segments.map((segment) => ({ ...segment, steps: [...segment.steps] })),
    boundaries: (plan.boundaries ?? []).map(({ cacheTtlMs, steps, inputs, outputs, ...rest }) => ({
      ...rest,
      steps: [...steps],
      inputs: sourcesToWire(inputs),
      outputs: sourcesToWire(outputs),
      cache_ttl_ms: cacheTtlMs,
    })),
    edges: planEdges(plan).map((edge) => ({ ...edge })),
    results: sourcesToWire(plan.results),
    cost: plan.cost,
    ...(plan.optimum === undefined ? {} : { optimum: optimumToWire(plan.optimum, plan.cost) }),
    depth: plan.depth,
    why: plan.why.map(({ key, source, candidates }) => ({
      key,
      source,
      candidates: candidates.map((candidate) => ({ ...candidate, reasons: [...candidate.reasons] })),
    })),
    guards: [...plan.guards],
    origin: plan.origin ?? "goal",
    ...(plan.strict === undefined ? {} : { strict: plan.strict }),
    policy: policyToWire(plan.policy),
  };
}

const optimumToWire = ({ bound, proved, firstCost }: PlanOptimum, cost: number): NonNullable<PlanWire["optimum"]> => ({
  lower_bound: bound,
  gap: gapOf(bound, cost),
  proved,
  first_cost: firstCost,
});

/** A condition in the wire's form: a test stands for itself. */
export function gateToWire(gate: Gate): JsonValue {
  if ("test" in gate) {
    const { value, path, op, than } = gate.test;
    return { value: { step: value.step, key: value.key }, path, op, than };
  }
  if ("not" in gate) return { not: gateToWire(gate.not) };
  return "all" in gate ? { all: gate.all.map(gateToWire) } : { any: gate.any.map(gateToWire) };
}

function stepToWire(step: PlanStep): PlanWire["steps"][number] {
  const { retry } = step;
  return {
    id: step.id,
    node: step.node,
    version: step.version,
    kind: step.kind,
    entrypoint: step.entrypoint,
    inputs: sourcesToWire(step.inputs),
    outputs: [...step.outputs],
    after: [...step.after],
    ...(step.when === undefined ? {} : { when: gateToWire(step.when) }),
    ...(step.wait === undefined ? {} : { wait: waitToWire(step.wait) }),
    ...(step.parent === undefined ? {} : { parent: step.parent }),
    ...(step.unchecked === undefined ? {} : { unchecked: [...step.unchecked] }),
    segment: step.segment,
    cost: step.cost,
    timeout_ms: step.timeoutMs,
    retry: { max_retries: retry.maxRetries, backoff: retry.backoff, base_ms: retry.baseMs, max_ms: retry.maxMs },
    cache_ttl_ms: step.cacheTtlMs,
    ...(step.limits === undefined ? {} : { limits: step.limits.map(limitToWire) }),
    ...(step.pool === undefined ? {} : { pool: { name: step.pool.name, queue_timeout_ms: step.pool.queueTimeoutMs } }),
  };
}

const waitToWire = ({
  kind,
  ms,
  event,
  timeoutMs,
  checked,
}: WaitSpec): NonNullable<PlanWire["steps"][number]["wait"]> => ({
  ...{ kind, ms, event, timeout_ms: timeoutMs },
  ...(checked ? { checked } : {}),
});

function sourcesToWire(
  sources: Readonly<Record<string, Source>>,
): Record<string, { step: string | null; key: string }> {
  return Object.fromEntries(
    Object.entries(sources).map(([key, source]) => [key, { step: source.step, key: source.key }]),
  );
}

/** The policy under its names on the wire. */
export function policyToWire(policy: Policy): PolicyWire {
  const filter = ({ allow, deny }: Policy["tags"]) => ({ allow: allow && [...allow], deny: [...deny] });
  return {
    min_trust: policy.minTrust,
    min_confidence: policy.minConfidence,
    allow_unproven: policy.allowUnproven,
    max_cost: policy.maxCost,
    max_depth: policy.maxDepth,
    max_steps: policy.maxSteps,
    lifecycles: [...policy.lifecycles],
    namespaces: filter(policy.namespaces),
    tags: filter(policy.tags),
    groups: filter(policy.groups),
    pins: { ...policy.pins },
    prefer: { ...policy.prefer },
    mode: policy.mode,
    max_parallelism: policy.maxParallelism,
    deadline_ms: policy.deadlineMs,
    inline: policy.inline,
    fusion: policy.fusion,
    cheap: { cost: policy.cheap.cost, timeout_ms: policy.cheap.timeoutMs },
    segment: {
      max_steps: policy.segment.maxSteps,
      timeout_ms: policy.segment.timeoutMs,
      max_bytes: policy.segment.maxBytes,
    },
    priority: policy.priority ?? 0,
    order: policy.order ?? "plan",
    // Absent in plans made before there was a cache.
    no_cache: policy.noCache ?? false,
    on_failure: policy.onFailure,
    max_replans: policy.maxReplans,
    effort: policy.effort ?? USUAL_EFFORT,
    allow_given: [...(policy.allowGiven ?? [])],
    partial: policy.partial ?? false,
  };
}
