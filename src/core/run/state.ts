import type { JsonObject } from "../../../contracts/json.ts";
import type { Fault } from "../errors.ts";
import type { Plan, SegmentId, StepId } from "../plan/plan.ts";
import type { WaitKind } from "../plan/wait.ts";
import type { ContractKey } from "../registry/node.ts";
import type { StoredValue } from "./value.ts";

export type RunId = string;
/** Milliseconds since the epoch. */
export type Instant = number;
export type LeaseToken = string;

export type RunStatus = "queued" | "running" | "waiting" | "paused" | "succeeded" | "failed" | "cancelled";
export type StepStatus =
  | "pending"
  | "ready"
  | "leased"
  | "waiting"
  | "succeeded"
  | "cached"
  | "failed"
  | "skipped"
  | "cancelled";

/** What an attempt at a step came to. Produced by the executor, judged by the reducer. */
export type StepOutcome =
  | {
      readonly ok: true;
      readonly outputs: Readonly<Record<ContractKey, StoredValue>>;
      readonly inputHash: string;
      readonly outputHash: string;
      readonly inputBytes: number;
      readonly startedAt: Instant;
      readonly durationMs: number;
      readonly cached: boolean;
      /** What an effect or orchestrator reported besides its result. */
      readonly events?: readonly JsonObject[];
    }
  | {
      readonly ok: false;
      readonly fault: Fault;
      readonly inputHash: string | null;
      readonly inputBytes: number;
      readonly startedAt: Instant;
      readonly durationMs: number;
    };

/** How a step travelled: executed by the gateway, sent through the queue, or waited for in its ring. */
export type Via = "inline" | "queue" | "wait";

/** One dispatch of one step and how it ended. `seq` numbers order the run's signals. */
export interface Attempt {
  readonly epoch: number;
  readonly dispatchedAt: Instant;
  readonly dispatchSeq: number;
  /** How the step travelled. */
  readonly via: Via;
  readonly finishedAt: Instant | null;
  readonly resultSeq: number | null;
  readonly durationMs: number | null;
  /** Null while running and when it succeeded. */
  readonly fault: Fault | null;
}

/** What a waiting step waits for, and until when at most. */
export interface Waiting {
  readonly kind: WaitKind;
  /** The event's name; null for sleeps and approvals. */
  readonly event: string | null;
  /** The end of a sleep, or the moment an event or approval is given up. */
  readonly until: Instant;
  /** What a person is asked, if anything. */
  readonly prompt: string | null;
}

export interface StepState {
  readonly id: StepId;
  readonly status: StepStatus;
  /** True for a skipped step whose gate, or the gate of one whose value it needs, was closed: no failure. */
  readonly passedOver?: true;
  /** Present while the step waits. */
  readonly waiting?: Waiting;
  readonly attempts: readonly Attempt[];
  /** Not before this moment, while it waits out a backoff. */
  readonly retryAt: Instant | null;
  /** The settled outcome of a succeeded or failed step. */
  readonly outcome: StepOutcome | null;
}

/** A segment is leased as a whole; a token of an older epoch changes nothing. */
export interface Lease {
  readonly token: LeaseToken;
  readonly epoch: number;
  readonly expiresAt: Instant;
  readonly steps: readonly StepId[];
}

export interface SegmentState {
  readonly id: SegmentId;
  readonly epoch: number;
  /** Leases in a row that expired without an answer. */
  readonly expiries: number;
  readonly lease: Lease | null;
  /** When the segment needs attention: lease expiry or end of a backoff. Null when it waits for nothing timed. */
  readonly dueAt: Instant | null;
  readonly steps: readonly StepState[];
}

/** The part of a run that changes as a whole, kept apart from the plan, which never changes. */
export interface RunHeader {
  readonly id: RunId;
  readonly tenant: string;
  readonly operation: string;
  readonly correlationId: string;
  readonly envelopeId: string;
  readonly sourceNode: string;
  readonly idempotencyKey: string | null;
  /** Hash of what was asked, to tell a repeated request from a conflicting one. */
  readonly requestHash: string;
  readonly tags: readonly string[];
  readonly status: RunStatus;
  readonly createdAt: Instant;
  readonly finishedAt: Instant | null;
  readonly deadlineAt: Instant | null;
  readonly completedSeq: number | null;
  /** Events that came before anything waited for them, oldest first. */
  readonly mailbox?: readonly MailboxEvent[];
  /** The run this one repeats, and how. */
  readonly lineage?: Lineage;
  /** Present on a run that was taken in from a file: what it says of nodes counts nowhere. */
  readonly foreign?: true;
  readonly fault: Fault | null;
}

/** An event from outside, kept until a step waits for it. */
export interface MailboxEvent {
  readonly name: string;
  readonly payload: StoredValue;
}

/** Where a run comes from. */
export interface Lineage {
  readonly kind: "rerun" | "chain";
  readonly runId: RunId;
  /** Steps executed anew; null for all. */
  readonly from: StepId | null;
  /** How many runs led here, 1 for the first successor. */
  readonly depth: number;
}

export interface RunState {
  readonly header: RunHeader;
  readonly plan: Plan;
  readonly given: Readonly<Record<ContractKey, StoredValue>>;
  readonly segments: ReadonlyMap<SegmentId, SegmentState>;
  /** Steps that have not ended; recovered on load. The run ends when none is left. */
  readonly openSteps: number;
  /** The next signal number; recovered on load. */
  readonly nextSeq: number;
}

export const TERMINAL_STEP: ReadonlySet<StepStatus> = new Set([
  "succeeded",
  "cached",
  "failed",
  "skipped",
  "cancelled",
]);
export const TERMINAL_RUN: ReadonlySet<RunStatus> = new Set(["succeeded", "failed", "cancelled"]);
