import type { PlanStep } from "../plan/model/plan.ts";
import { planIndex } from "../plan/model/plan-index.ts";
import type { ContractKey } from "../registry/node.ts";
import { isForeign } from "../run/model/origin.ts";
import type { Instant, RunState, StepOutcome, StepState } from "../run/model/state.ts";
import type { StoredValue } from "../run/model/value.ts";
import { boundaryCall } from "./boundary-call.ts";
import { boundaryFaces } from "./boundary-face.ts";
import type { CacheCount, CacheEntry } from "./entry.ts";
import { signatureOf } from "./signature.ts";

/** An entry whose large values are still the run's own. */
export type CacheDraft = Omit<CacheEntry, "outputHash" | "bytes"> & {
  /** Null for a composite: nobody has hashed its outputs as a state yet. */
  readonly outputHash: string | null;
};

/** What an ended run means to the cache. */
export interface CacheNews {
  readonly drafts: readonly CacheDraft[];
  /** One for each node version that was answered from the cache. */
  readonly hits: readonly Omit<CacheCount, "stored">[];
}

const NONE: CacheNews = { drafts: [], hits: [] };

/** False when nothing in the run's plan can be stored or found in the cache: then its news need not be looked for. */
export const mayHaveCacheNews = ({ header, plan }: RunState): boolean =>
  !isForeign(header) && !plan.policy.noCache && (plan.steps.some(isCaching) || (plan.boundaries ?? []).some(isCaching));

const isCaching = ({ cacheTtlMs }: { readonly cacheTtlMs: number | null }): boolean => cacheTtlMs !== null;

/**
 * The results of an ended run that may be used again: those its own executors made, of steps and composites that declare
 * caching. What was taken from elsewhere, a file, another run or the cache itself, is not stored once more.
 */
export function cacheNews(state: RunState, now: Instant): CacheNews {
  if (!mayHaveCacheNews(state)) return NONE;
  const { plan } = state;
  const steps = new Map<string, StepState>();
  for (const segment of state.segments.values()) for (const step of segment.steps) steps.set(step.id, step);
  const { stepById } = planIndex(plan);
  const drafts: CacheDraft[] = [];
  for (const step of steps.values()) {
    const planned = stepById.get(step.id);
    const draft = planned && stepDraft(state, planned, step);
    if (draft && draft.expiresAt > now) drafts.push(draft);
  }
  for (const draft of wholeDrafts(state, steps)) if (draft.expiresAt > now) drafts.push(draft);
  return { drafts, hits: hitsOf(state, steps) };
}

function stepDraft({ header }: RunState, planned: PlanStep, step: StepState): CacheDraft | null {
  const { outcome } = step;
  const isFresh = step.status === "succeeded" && step.attempts.length > 0;
  if (!isFresh || !outcome?.ok || outcome.signature === undefined || planned.cacheTtlMs === null) return null;
  // Whoever takes the result must not miss what the node said besides.
  if (planned.kind === "effect" || (outcome.events?.length ?? 0) > 0) return null;
  return {
    tenant: header.tenant,
    node: planned.node,
    version: planned.version,
    signature: outcome.signature,
    outputs: outcome.outputs,
    outputHash: outcome.outputHash,
    runId: header.id,
    madeAt: outcome.startedAt,
    expiresAt: outcome.startedAt + planned.cacheTtlMs,
  };
}

/** Composites every step of which ended well, some of them executed here. A result is as old as its oldest part. */
function wholeDrafts(
  { header, plan, given, replaced = [] }: RunState,
  steps: ReadonlyMap<string, StepState>,
): readonly CacheDraft[] {
  const { boundaryById } = planIndex(plan);
  return [...boundaryFaces(plan)].flatMap(([id, face]) => {
    const boundary = boundaryById.get(id);
    if (!boundary || boundary.cacheTtlMs === null) return [];
    // With a part replaced on the way it is not the composite that was planned.
    if (replaced.some(({ step }) => step.id.startsWith(`${id}/`))) return [];
    const inside = boundary.steps.map((step) => steps.get(step));
    if (!inside.every(endedHere) || inside.some((step) => wholeOf(step) === id)) return [];
    const read = (sources: typeof face.inputs): Readonly<Record<ContractKey, StoredValue>> | null => {
      const values: Record<ContractKey, StoredValue> = {};
      for (const [name, { step, key }] of Object.entries(sources)) {
        const outcome = step === null ? null : steps.get(step)?.outcome;
        const value = step === null ? given[key] : outcome?.ok ? outcome.outputs[key] : undefined;
        if (!value) return null;
        values[name] = value;
      }
      return values;
    };
    const inputs = read(face.inputs);
    const outputs = read(face.outputs);
    if (!inputs || !outputs) return [];
    const { node, version } = boundary;
    const madeAt = Math.min(...inside.map((step) => ageOf(step?.outcome)));
    return {
      tenant: header.tenant,
      node,
      version,
      signature: signatureOf(boundaryCall({ node, version, bodyHash: face.bodyHash }, inputs)),
      outputs,
      outputHash: null,
      runId: header.id,
      madeAt,
      expiresAt: madeAt + boundary.cacheTtlMs,
    };
  });
}

/** Executed by this run or found in the cache by it, and without a word besides the result. */
const endedHere = (step: StepState | undefined): boolean =>
  step !== undefined &&
  (step.status === "succeeded" || step.status === "cached") &&
  step.attempts.length > 0 &&
  step.outcome?.ok === true &&
  (step.outcome.events?.length ?? 0) === 0;

/** The composite with which a step was answered as a whole, if it was. */
const wholeOf = (step: StepState | undefined): string | undefined =>
  step?.outcome?.ok ? step.outcome.hit?.boundary : undefined;

const ageOf = (outcome: StepOutcome | null | undefined): Instant =>
  outcome?.ok ? (outcome.hit?.madeAt ?? outcome.startedAt) : 0;

/** A composite that was answered as a whole is one hit, of the composite. */
function hitsOf({ header: { tenant }, plan }: RunState, steps: ReadonlyMap<string, StepState>): CacheNews["hits"] {
  const { stepById, boundaryById } = planIndex(plan);
  const whole = new Set<string>();
  const counts = new Map<string, Omit<CacheCount, "stored">>();
  for (const { id, status, attempts, outcome } of steps.values()) {
    if (status !== "cached" || attempts.length === 0 || !outcome?.ok || !outcome.hit) continue;
    const { boundary } = outcome.hit;
    if (boundary !== undefined && whole.has(boundary)) continue;
    if (boundary !== undefined) whole.add(boundary);
    const named = boundary === undefined ? stepById.get(id) : boundaryById.get(boundary);
    if (!named) continue;
    const { node, version } = named;
    const ref = `${node}@${version}`;
    counts.set(ref, { tenant, node, version, hits: (counts.get(ref)?.hits ?? 0) + 1 });
  }
  return [...counts.values()];
}
