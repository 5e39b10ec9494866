import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";
import { limitContent } from "../../limit/limit.ts";
import { sameJson } from "../../schema/schema-parts.ts";
import type { Gate } from "../model/gate.ts";
import type { Boundary, Plan, PlanStep, Source } from "../model/plan.ts";

/** Steps whose text is hashed in one go: large plans need no text as long as themselves. */
const CHUNK = 256;

/**
 * SHA-256, lowercase hex, of the canonical JSON (RFC 8785) of what a plan does: steps, segments, boundaries, results and
 * the execution part of its policy. Not of how it was found: two registries that lead to the same plan give one hash.
 */
export function planHash(plan: Omit<Plan, "hash">): string {
  const profiles = new Map<string, PlanStep>();
  const texts = plan.steps.map((step) => stepText(step, profiles));
  const hash = sha256.create();
  // `steps` sorts last, so the text of the whole is the head's, reopened, and the steps'.
  hash.update(utf8ToBytes(`${JSON.stringify(headContent(plan, profiles)).slice(0, -1)},"steps":[`));
  for (let at = 0; at < texts.length; at += CHUNK) {
    const text = texts.slice(at, at + CHUNK).join(",");
    hash.update(utf8ToBytes(at === 0 ? text : `,${text}`));
  }
  return bytesToHex(hash.update(utf8ToBytes("]}")).digest());
}

/** What the hash covers, with `steps` as its last key. */
export interface PlanContent extends JsonObject {
  readonly steps: readonly JsonValue[];
}

/**
 * What the hash covers. Every object is written with its keys in order, which makes plain JSON text canonical; a general
 * canonicaliser takes ten times as long on a plan of 10,000 steps. What a step owes to its node stands once for all steps
 * of the node, and what a step does not have is left out.
 */
export function planContent(plan: Omit<Plan, "hash">): PlanContent {
  const profiles = new Map<string, PlanStep>();
  const steps = plan.steps.map((step) => stepContent(step, profiles));
  return { ...headContent(plan, profiles), steps };
}

/** Everything but the steps. */
function headContent(
  { segments, boundaries = [], results, policy }: Omit<Plan, "hash">,
  profiles: ReadonlyMap<string, PlanStep>,
): JsonObject {
  return {
    boundaries: boundaries.map(boundaryContent),
    nodes: [...profiles].sort(([a], [b]) => (a < b ? -1 : 1)).map(([node, step]) => [node, profileContent(step)]),
    policy: {
      deadlineMs: policy.deadlineMs,
      maxParallelism: policy.maxParallelism,
      maxReplans: policy.maxReplans,
      mode: policy.mode,
      onFailure: policy.onFailure,
      ...((policy.order ?? "plan") === "plan" ? {} : { order: policy.order ?? "plan" }),
      ...(policy.partial ? { partial: true } : {}),
      ...((policy.priority ?? 0) === 0 ? {} : { priority: policy.priority ?? 0 }),
    },
    results: sourcesContent(results),
    segments: segments.map(({ id, inline, rank, steps: members }) =>
      rank === undefined ? { id, inline, steps: members } : { id, inline, rank, steps: members },
    ),
  };
}

/** The JSON text of `stepContent`, written at once for the usual step: text by text, without an object in between. */
function stepText(step: PlanStep, profiles: Map<string, PlanStep>): string {
  const ref = `${step.node}@${step.version}`;
  const first = profiles.get(ref);
  const isUsual = step.parent === undefined && step.unchecked === undefined && step.when === undefined;
  if (!isUsual || !first || !sameProfile(first, step)) return JSON.stringify(stepContent(step, profiles));
  const after = step.after.length === 0 ? "" : `"after":${JSON.stringify(step.after)},`;
  return `{${after}"id":${JSON.stringify(step.id)},"inputs":${sourcesText(step.inputs)},"node":${JSON.stringify(ref)}}`;
}

function sourcesText(sources: Readonly<Record<string, Source>>): string {
  const keys = Object.keys(sources);
  if (keys.length > 1) return JSON.stringify(sourcesContent(sources));
  const [key] = keys;
  const source = key === undefined ? undefined : sources[key];
  if (key === undefined || source === undefined) return "{}";
  return `{${JSON.stringify(key)}:{"key":${JSON.stringify(source.key)},"step":${JSON.stringify(source.step)}}}`;
}

function stepContent(step: PlanStep, profiles: Map<string, PlanStep>): JsonValue {
  const ref = `${step.node}@${step.version}`;
  const first = profiles.get(ref);
  if (!first) profiles.set(ref, step);
  const content: Record<string, JsonValue> = {};
  if (step.after.length > 0) content.after = step.after;
  content.id = step.id;
  content.inputs = sourcesContent(step.inputs);
  content.node = ref;
  // Steps of one node share its profile, unless a plan from elsewhere says otherwise.
  if (first && !sameProfile(first, step)) content.own = profileContent(step);
  if (step.parent !== undefined) content.parent = step.parent;
  if (step.unchecked !== undefined) content.unchecked = step.unchecked;
  if (step.when !== undefined) content.when = gateContent(step.when);
  return content;
}

/** What a step owes to its node. */
function profileContent(step: PlanStep): JsonValue {
  const { cacheTtlMs, cost, entrypoint, kind, limits, outputs, pool, retry, timeoutMs, wait } = step;
  return {
    cacheTtlMs,
    cost,
    entrypoint,
    kind,
    ...(limits === undefined ? {} : { limits: limits.map(limitContent) }),
    outputs,
    ...(pool === undefined ? {} : { pool: { name: pool.name, queueTimeoutMs: pool.queueTimeoutMs } }),
    retry: { backoff: retry.backoff, baseMs: retry.baseMs, maxMs: retry.maxMs, maxRetries: retry.maxRetries },
    timeoutMs,
    wait: wait
      ? {
          ...(wait.checked ? { checked: true } : {}),
          ...{ event: wait.event, kind: wait.kind, ms: wait.ms, timeoutMs: wait.timeoutMs },
        }
      : null,
  };
}

/** Whether two steps of one node owe the same to it. */
export function sameProfile(a: PlanStep, b: PlanStep): boolean {
  const scalars = a.cacheTtlMs === b.cacheTtlMs && a.cost === b.cost && a.timeoutMs === b.timeoutMs;
  const lists = a.retry === b.retry && a.outputs === b.outputs && a.limits === b.limits && a.pool === b.pool;
  if (scalars && lists && a.entrypoint === b.entrypoint && a.kind === b.kind) {
    return a.wait === b.wait || sameJson(asJson(a.wait), asJson(b.wait));
  }
  return sameJson(profileContent(a), profileContent(b));
}

/** Waits hold JSON only; their interface merely has no index signature. */
const asJson = (wait: PlanStep["wait"]): JsonValue => (wait ? { ...wait } : null);

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
