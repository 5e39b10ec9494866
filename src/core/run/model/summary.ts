import { nodeRef, type NodeRef } from "../../registry/node.ts";
import { TERMINAL_RUN, type Instant, type RunId, type RunState, type RunStatus } from "./state.ts";
import { triedStates } from "./tried-steps.ts";
import { isRef, type StoredValue } from "./value.ts";

/** Where an archived run's record is: a range of bytes of an object in the blob store. */
export interface ArchivePlace {
  readonly key: string;
  /** Bytes from the beginning of the object. */
  readonly offset: number;
  /** Bytes, without the line's end. */
  readonly length: number;
}

/** One searchable row of a run. Times in milliseconds since the epoch. */
export interface RunSummary {
  readonly runId: RunId;
  readonly tenant: string;
  readonly status: RunStatus;
  readonly operation: string;
  readonly correlationId: string;
  readonly want: readonly string[];
  readonly tags: readonly string[];
  /** `name@version` of every node and composite of the plan, and of replaced steps, sorted, each once. */
  readonly nodes: readonly NodeRef[];
  /** Never changes: a run's place in every list. */
  readonly createdAt: Instant;
  readonly finishedAt: Instant | null;
  /** How many steps the plan has. */
  readonly steps: number;
  /** How many of them were answered from the cache so far. */
  readonly cachedSteps: number;
  readonly faultCode: string | null;
  readonly faultMessage: string | null;
  /** Grows with every change of the run: of two unfinished rows the one with the higher number is newer. */
  readonly revision: number;
  /** Blob keys of the large values the run refers to, sorted, each once. */
  readonly values: readonly string[];
  /** Where the archived record is; null while the ring holds the run. */
  readonly archive: ArchivePlace | null;
}

/** Lists in a row are cut after this many entries: a row must stay small, and a search is no full record. */
export const LISTED_AT_MOST = 200;
/** A message is cut after this many characters. */
const MAX_MESSAGE = 1_000;

/** The index row of a run as it stands. */
export function summaryOf(state: RunState, archive: ArchivePlace | null = null): RunSummary {
  const { header, plan } = state;
  const placed = [...plan.steps, ...(plan.boundaries ?? []), ...(state.replaced ?? []).map(({ step }) => step)];
  return {
    runId: header.id,
    tenant: header.tenant,
    status: header.status,
    operation: header.operation,
    correlationId: header.correlationId,
    want: plan.want.slice(0, LISTED_AT_MOST),
    tags: distinct(header.tags).slice(0, LISTED_AT_MOST),
    nodes: distinct(placed.map(({ node, version }) => nodeRef({ name: node, version }))).slice(0, LISTED_AT_MOST),
    createdAt: header.createdAt,
    finishedAt: header.finishedAt,
    steps: plan.steps.length,
    cachedSteps: cachedStepsOf(state),
    faultCode: header.fault?.code ?? null,
    faultMessage: header.fault?.message.slice(0, MAX_MESSAGE) ?? null,
    revision: state.nextSeq,
    values: valueKeysOf(state),
    archive,
  };
}

/**
 * The blob keys of every large value the run was given, has produced or, while it goes on, keeps for a wait; sorted, each
 * once. Never cut: each holds its blob.
 */
function valueKeysOf(state: RunState): readonly string[] {
  const keys: string[] = [];
  const note = (values: Readonly<Record<string, StoredValue>>): void => {
    for (const value of Object.values(values)) if (isRef(value)) keys.push(value.ref.key);
  };
  note(state.given);
  const isOpen = !TERMINAL_RUN.has(state.header.status);
  for (const { payload } of (isOpen && state.header.mailbox) || []) note({ payload });
  for (const { outcome, arrived } of triedStates(state)) {
    if (outcome?.ok) note(outcome.outputs);
    if (isOpen && arrived) note({ arrived });
  }
  return distinct(keys);
}

/** Steps this run took from the cache; those a rerun kept are the earlier run's. */
function cachedStepsOf(state: RunState): number {
  let count = 0;
  for (const { steps } of state.segments.values()) {
    for (const { status, attempts } of steps) if (status === "cached" && attempts.length > 0) count++;
  }
  return count;
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();
