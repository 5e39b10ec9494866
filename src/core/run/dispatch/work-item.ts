import type { Carried } from "../../call/asker.ts";
import type { Fault } from "../../errors.ts";
import type { LimitLabel, NodeLimit } from "../../limit/limit.ts";
import type { LogLine } from "../../pool/step-log.ts";
import type { Gate } from "../../plan/model/gate.ts";
import type { Plan, SegmentId, Source, StepId, StepPool } from "../../plan/model/plan.ts";
import type { ContractKey } from "../../registry/node.ts";
import type { Result } from "../../result.ts";
import type { Instant, LeaseToken, RunId, StepOutcome } from "../model/state.ts";
import type { StoredValue } from "../model/value.ts";

/** One step as the executor needs it. */
export interface WorkItemStep {
  readonly id: StepId;
  readonly node: string;
  readonly version: string;
  readonly inputs: Readonly<Record<ContractKey, Source>>;
  readonly timeoutMs: number;
  readonly cacheTtlMs: number | null;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Limits across runs that the attempt must pass first. */
  readonly limits?: readonly NodeLimit[];
  /** Where the attempt waits for a runner. */
  readonly pool?: StepPool;
  /** A condition on values that the run's record does not hold: whoever executes the step judges it first. */
  readonly when?: Gate;
  /** A wait is not executed: its input is checked before it begins, or what ended it, which is among the values. */
  readonly check?: "input" | "output";
}

/**
 * What was decided on values that the run's record does not hold. `goesOn` is false behind a closed gate; true lets a
 * wait begin, or end with what came.
 */
export interface Verdict {
  readonly step: StepId;
  readonly goesOn: boolean;
}

/** Names a value of a run: `|document.text` is given, `extract|document.fields` is a step's output. */
export type SourceId = string;
export const sourceId = (source: Source): SourceId => `${source.step ?? ""}|${source.key}`;

/** A segment's steps, in order, with every value they need from outside the segment. */
export interface WorkItem extends Carried {
  readonly runId: RunId;
  readonly tenant: string;
  readonly correlationId: string;
  readonly segment: SegmentId;
  readonly token: LeaseToken;
  readonly epoch: number;
  /** The lease ends here; work that starts later is not done. */
  readonly expiresAt: Instant;
  readonly steps: readonly WorkItemStep[];
  /** Null when the values are too large for a message: they are asked of the ring. */
  readonly values: Readonly<Record<SourceId, StoredValue>> | null;
  /** The policy's priority where it is not 0: higher goes first. */
  readonly priority?: number;
  /** When the attempt was first dispatched: it may have waited for a limit since. */
  readonly since?: Instant;
  /** Composites that begin with these steps and may be in the cache as a whole, outermost first. */
  readonly probes?: readonly Probe[];
  /** Nothing may be taken from the cache: somebody wants the work done. */
  readonly anew?: true;
}

/** A composite to look up before any of its steps is executed. */
export interface Probe {
  readonly boundary: StepId;
  readonly node: string;
  readonly version: string;
  readonly bodyHash: string;
  /** Every value that goes into it, by its name for it. */
  readonly inputs: Readonly<Record<string, SourceId>>;
  /** Output key → the value of the run it is. */
  readonly outputs: Readonly<Record<ContractKey, SourceId>>;
  /** Its steps among those of the work item. */
  readonly steps: readonly StepId[];
}

export interface StepResult {
  readonly step: StepId;
  readonly outcome: StepOutcome;
  /** What the step's process wrote, clipped. */
  readonly log?: readonly LogLine[];
  /** `step` is a composite that was found in the cache as a whole; the outputs are under its own keys. */
  readonly whole?: true;
}

/** A work item was not begun because a limit has no room for it. */
export interface Deferral {
  readonly by: LimitLabel;
  /** When to ask again if nobody calls before, in milliseconds from now. */
  readonly retryInMs: number;
}

/** What came of a work item. Steps whose inputs failed within the segment have no result. */
export interface Answer {
  readonly runId: RunId;
  readonly segment: SegmentId;
  readonly token: LeaseToken;
  readonly results: readonly StepResult[];
  /** Steps that were judged rather than executed. */
  readonly verdicts?: readonly Verdict[];
  /** Instead of results: the lease is given back and counts for nothing. */
  readonly deferred?: Deferral;
}

/** A work item that no consumer could take. */
export interface Undeliverable {
  readonly runId: RunId;
  readonly segment: SegmentId;
  readonly token: LeaseToken;
  readonly fault: Fault;
}

/** The answer to a run's question for another plan. */
export interface PlanAnswer {
  readonly runId: RunId;
  /** Names the question. */
  readonly token: string;
  /** A plan without the dead steps, or why there is none; UNDELIVERABLE when nobody could be asked. */
  readonly result: Result<Plan, Fault>;
}
