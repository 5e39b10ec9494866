import { gateWire, readGate, type GraphSourceWire } from "../../../../contracts/documents/graph.ts";
import type { PlanWire } from "../../../../contracts/documents/plan.ts";
import { policy } from "../../../../contracts/documents/policy.ts";
import type { Fault } from "../../errors.ts";
import { limitFromWire } from "../../limit/limit.ts";
import { err, ok, type Result } from "../../result.ts";
import { mapGate } from "../model/gate-sources.ts";
import type { Gate } from "../model/gate.ts";
import type { Boundary, Plan, PlanStep, Source } from "../model/plan.ts";
import { planFault } from "../model/problem.ts";

/**
 * A plan as it was sent, back in the planner's form: `planFromWire(planToWire(plan))` is the plan. The hash is taken over
 * unchecked; compare it with planHash where the plan comes from a file. Refusal: PLAN_NOT_A_PLAN for a condition that is
 * none.
 */
export function planFromWire(wire: PlanWire): Result<Plan, Fault> {
  const steps: PlanStep[] = [];
  for (const [i, step] of wire.steps.entries()) {
    const when = step.when === undefined ? ok(undefined) : gateFromWire(step.when, `$.steps[${i}].when`);
    if (!when.ok) return when;
    steps.push(stepFromWire(step, when.value));
  }
  const boundaries = wire.boundaries.map(({ cache_ttl_ms: cacheTtlMs, ...rest }): Boundary => ({
    ...rest,
    cacheTtlMs,
  }));
  return ok({
    hash: wire.hash,
    want: wire.want,
    given: wire.given,
    steps,
    segments: wire.segments.map(({ rank, ...segment }) => (rank === undefined ? segment : { ...segment, rank })),
    ...(boundaries.length === 0 ? {} : { boundaries }),
    results: wire.results,
    cost: wire.cost,
    ...(wire.optimum === undefined
      ? {}
      : {
          optimum: {
            bound: wire.optimum.lower_bound,
            proved: wire.optimum.proved,
            firstCost: wire.optimum.first_cost,
          },
        }),
    depth: wire.depth,
    why: wire.why,
    guards: wire.guards,
    policy: policy.parse(wire.policy),
    origin: wire.origin,
    ...(wire.strict === undefined ? {} : { strict: wire.strict }),
  });
}

function stepFromWire(step: PlanWire["steps"][number], when: Gate | undefined): PlanStep {
  const { wait, parent, unchecked, retry } = step;
  return {
    id: step.id,
    node: step.node,
    version: step.version,
    kind: step.kind,
    entrypoint: step.entrypoint,
    inputs: step.inputs,
    outputs: step.outputs,
    after: step.after,
    ...(when === undefined ? {} : { when }),
    ...(wait === undefined
      ? {}
      : {
          wait: {
            ...{ kind: wait.kind, ms: wait.ms, event: wait.event, timeoutMs: wait.timeout_ms },
            ...(wait.checked ? { checked: true } : {}),
          },
        }),
    ...(parent === undefined ? {} : { parent }),
    ...(unchecked === undefined ? {} : { unchecked }),
    segment: step.segment,
    cost: step.cost,
    timeoutMs: step.timeout_ms,
    retry: { maxRetries: retry.max_retries, backoff: retry.backoff, baseMs: retry.base_ms, maxMs: retry.max_ms },
    cacheTtlMs: step.cache_ttl_ms,
    ...(step.limits === undefined ? {} : { limits: step.limits.map(limitFromWire) }),
    ...(step.pool === undefined ? {} : { pool: { name: step.pool.name, queueTimeoutMs: step.pool.queue_timeout_ms } }),
  };
}

function gateFromWire(when: unknown, place: string): Result<Gate, Fault> {
  const read = gateWire.safeParse(when);
  if (!read.success) {
    return err(planFault("not_a_plan", "this is no condition of a plan", { place, hint: "plan anew instead" }));
  }
  return ok(mapGate<GraphSourceWire, Source>(readGate(read.data), resolved));
}

/** Plans spell sources out; a text could only be a given key. */
const resolved = (source: GraphSourceWire): Source =>
  typeof source === "string" ? { step: null, key: source } : source;
