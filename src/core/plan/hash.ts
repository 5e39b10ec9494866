import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { JsonValue } from "../../../contracts/json.ts";
import type { Gate } from "./gate.ts";
import type { Boundary, Plan, PlanStep, Source } from "./plan.ts";

/**
 * SHA-256, lowercase hex, of the canonical JSON (RFC 8785) of what a plan does: steps, segments, boundaries, results and
 * the execution part of its policy. Not of how it was found: two registries that lead to the same plan give one hash.
 */
export const planHash = (plan: Omit<Plan, "hash">): string =>
  bytesToHex(sha256(utf8ToBytes(JSON.stringify(planContent(plan)))));

/**
 * What the hash covers. Every object is written with its keys in order, which makes plain JSON text canonical; a general
 * canonicaliser takes ten times as long on a plan of 10,000 steps.
 */
export function planContent({ steps, segments, boundaries = [], results, policy }: Omit<Plan, "hash">): JsonValue {
  return {
    boundaries: boundaries.map(boundaryContent),
    policy: {
      deadlineMs: policy.deadlineMs,
      maxParallelism: policy.maxParallelism,
      mode: policy.mode,
      onFailure: policy.onFailure,
    },
    results: sourcesContent(results),
    segments: segments.map(({ id, inline, steps: members }) => ({ id, inline, steps: members })),
    steps: steps.map(stepContent),
  };
}

function stepContent(step: PlanStep): JsonValue {
  const { retry } = step;
  return {
    after: step.after,
    cacheTtlMs: step.cacheTtlMs,
    cost: step.cost,
    entrypoint: step.entrypoint,
    id: step.id,
    inputs: sourcesContent(step.inputs),
    kind: step.kind,
    node: step.node,
    outputs: step.outputs,
    parent: step.parent ?? null,
    retry: { backoff: retry.backoff, baseMs: retry.baseMs, maxMs: retry.maxMs, maxRetries: retry.maxRetries },
    segment: step.segment,
    timeoutMs: step.timeoutMs,
    unchecked: step.unchecked ?? [],
    version: step.version,
    wait: step.wait ? { event: step.wait.event, kind: step.wait.kind, ms: step.wait.ms, timeoutMs: step.wait.timeoutMs } : null,
    when: step.when ? gateContent(step.when) : null,
  };
}

function boundaryContent(boundary: Boundary): JsonValue {
  return {
    cacheTtlMs: boundary.cacheTtlMs,
    id: boundary.id,
    inputs: sourcesContent(boundary.inputs),
    node: boundary.node,
    outputs: sourcesContent(boundary.outputs),
    parent: boundary.parent,
    steps: boundary.steps,
    version: boundary.version,
  };
}

const sourceContent = ({ key, step }: Source): JsonValue => ({ key, step });

function sourcesContent(sources: Readonly<Record<string, Source>>): JsonValue {
  const entries = Object.entries(sources);
  const sorted = entries.every(([key], i) => i === 0 || (entries[i - 1]?.[0] ?? "") < key);
  if (!sorted) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, source]) => [key, sourceContent(source)]));
}

/** Recursion is bounded: gates deeper than MAX_GATE_DEPTH are refused before they get here. */
function gateContent(gate: Gate): JsonValue {
  if ("test" in gate) {
    const { op, path, than, value } = gate.test;
    return { test: { op, path, than, value: sourceContent(value) } };
  }
  if ("not" in gate) return { not: gateContent(gate.not) };
  return "all" in gate ? { all: gate.all.map(gateContent) } : { any: gate.any.map(gateContent) };
}
