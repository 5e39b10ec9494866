import type { Fault } from "../errors.ts";
import type { SegmentId, Source, StepId } from "../plan/plan.ts";
import type { ContractKey } from "../registry/node.ts";
import type { Instant, LeaseToken, RunId, StepOutcome } from "./state.ts";
import type { StoredValue } from "./value.ts";

/** One step as the executor needs it. */
export interface WorkStep {
  readonly id: StepId;
  readonly node: string;
  readonly version: string;
  readonly inputs: Readonly<Record<ContractKey, Source>>;
  readonly timeoutMs: number;
  readonly cacheTtlMs: number | null;
  /** 1 for the first attempt. */
  readonly attempt: number;
}

/** Names a value of a run: `|document.text` is given, `extract|document.fields` is a step's output. */
export type SourceId = string;
export const sourceId = (source: Source): SourceId => `${source.step ?? ""}|${source.key}`;

/** A segment's steps, in order, with every value they need from outside the segment. */
export interface Work {
  readonly runId: RunId;
  readonly tenant: string;
  readonly correlationId: string;
  readonly segment: SegmentId;
  readonly token: LeaseToken;
  readonly epoch: number;
  /** The lease ends here; work that starts later is not done. */
  readonly expiresAt: Instant;
  readonly steps: readonly WorkStep[];
  /** Null when the values are too large for a message: they are asked of the ring. */
  readonly values: Readonly<Record<SourceId, StoredValue>> | null;
}

export interface StepResult {
  readonly step: StepId;
  readonly outcome: StepOutcome;
}

/** What came of a work. Steps whose inputs failed within the segment have no result. */
export interface Answer {
  readonly runId: RunId;
  readonly segment: SegmentId;
  readonly token: LeaseToken;
  readonly results: readonly StepResult[];
}

/** A work that no consumer could take. */
export interface Undeliverable {
  readonly runId: RunId;
  readonly segment: SegmentId;
  readonly token: LeaseToken;
  readonly fault: Fault;
}

/** What travels on the execute queue. */
export interface ExecuteMessage {
  readonly type: "work";
  readonly version: 1;
  readonly work: Work;
}

/** What travels on the events queue: a ring asks for a batch of its finished runs to be fetched and archived. */
export interface EventMessage {
  readonly type: "archive";
  readonly version: 1;
  readonly ring: number;
  readonly batch: number;
}
