import type { LogLine } from "../../pool/step-log.ts";
import { runStatus, type RunStatus, type StepStatus } from "../../../../contracts/api/status.ts";
import type { Chains } from "../../../../contracts/documents/chain.ts";
import type { JsonObject } from "../../../../contracts/json/json.ts";
import type { Signature } from "../../cache/signature.ts";
import type { Asker } from "../../call/asker.ts";
import type { Fault } from "../../errors.ts";
import type { LimitLabel } from "../../limit/limit.ts";
import type { Boundary, Plan, PlanStep, SegmentId, StepId } from "../../plan/model/plan.ts";
import type { WaitKind } from "../../plan/model/wait.ts";
import type { ContractKey } from "../../registry/node.ts";
import type { RunOrigin } from "./origin.ts";
import type { StoredValue } from "./value.ts";

export type RunId = string;
/** Milliseconds since the epoch. */
export type Instant = number;
export type LeaseToken = string;

export type { RunStatus, StepStatus } from "../../../../contracts/api/status.ts";

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
      /** Under which the result may be cached; absent when it may not. */
      readonly signature?: Signature;
      /** Where a cached result comes from. */
      readonly hit?: CacheHit;
      /** What an effect or orchestrator reported besides its result. */
      readonly events?: readonly JsonObject[];
      /** Keys whose values a rerun was told: the node did not make them. */
      readonly set?: readonly ContractKey[];
    }
  | {
      readonly ok: false;
      readonly fault: Fault;
      readonly inputHash: string | null;
      readonly inputBytes: number;
      readonly startedAt: Instant;
      readonly durationMs: number;
    };

/** A result that was found in the cache. */
export interface CacheHit {
  readonly signature: Signature;
  /** The run that made it. */
  readonly runId: RunId;
  readonly madeAt: Instant;
  /** The composite that was answered as a whole; its steps hold only the values that leave it. */
  readonly boundary?: StepId;
}

/** How a step travelled: executed by the gateway, sent through the queue, waited for in its ring, or not at all. */
export type Via = "inline" | "queue" | "wait" | "cache";

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
  /** The lease ended without a word on the step: the attempt came to nothing, and none of it counts. */
  readonly released?: true;
  /** The last its executor said of how far it has come; absent when it said nothing. */
  readonly progress?: Progress & { readonly at: Instant; readonly seq: number };
  /** What its process wrote, clipped; absent for nodes without a process. */
  readonly log?: readonly LogLine[];
}

/** How far a step under way has come, as its executor says. */
export interface Progress {
  /** From 0 to 1; null when it cannot be told. */
  readonly fraction: number | null;
  readonly message: string | null;
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
  /** What ended the wait, until somebody has checked it against the node's contract. */
  readonly arrived?: StoredValue;
  /** The limit that has no room for the step; its open attempt goes on once it has. */
  readonly limitedBy?: LimitLabel;
  readonly attempts: readonly Attempt[];
  /** Not before this moment, while it waits out a backoff or for a limit. */
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
  /** The dispatch whose turn at a limit has come before its ring knew that it waits. */
  readonly called?: LeaseToken;
  /** When the segment needs attention: lease expiry or end of a backoff. Null when it waits for nothing timed. */
  readonly dueAt: Instant | null;
  readonly steps: readonly StepState[];
}

/** The part of a run that changes as a whole, kept apart from the plan, which only a dead step can change. */
export interface RunHeader extends Asker {
  readonly id: RunId;
  readonly tenant: string;
  readonly operation: string;
  readonly correlationId: string;
  readonly envelopeId: string;
  readonly sourceNode: string;
  readonly idempotencyKey: string | null;
  /** Hash of what was asked, to tell a repeated request from a conflicting one. */
  readonly requestHash: string;
  /** Why it exists. */
  readonly origin: RunOrigin;
  readonly tags: readonly string[];
  readonly status: RunStatus;
  readonly createdAt: Instant;
  readonly finishedAt: Instant | null;
  readonly deadlineAt: Instant | null;
  readonly completedSeq: number | null;
  /** Events that came before anything waited for them, oldest first. */
  readonly mailbox?: readonly MailboxEvent[];
  /** Events that came with an idempotency key, oldest first: a repeat of one changes nothing. */
  readonly heard?: readonly HeardEvent[];
  /** Present while the run waits for another plan: nothing new is dispatched. */
  readonly replanning?: Replanning;
  /** How often the run went on with another plan; absent for never. */
  readonly replans?: number;
  /** What is sent when the run has ended. */
  readonly chains?: Chains;
  readonly fault: Fault | null;
}

/** A step has died, and another plan may do without it. */
export interface Replanning {
  /** Dead steps of the plan whose failure is not yet final. */
  readonly failed: readonly StepId[];
  /** The question for another plan; null until the last lease has ended, so that no work is under way when plans change. */
  readonly question: Question | null;
}

/** Who answers a question must name its token; an answer to an older one changes nothing. */
export interface Question {
  readonly token: string;
  /** Asked again at this moment, a bounded number of times. */
  readonly until: Instant;
  /** 1 for the first time of asking. */
  readonly tries: number;
}

/** A step that left the plan when the run went on with another one, as it stood then. */
export interface ReplacedStep {
  readonly step: PlanStep;
  readonly state: StepState;
  /** The composites around it that left with it, outermost first; absent for none. */
  readonly within?: readonly Pick<Boundary, "id" | "node" | "version">[];
  /** 1 for steps that the first re-planning replaced. */
  readonly replan: number;
  /** The moment of the re-planning, and its number among the run's signals: the same for all steps that left with it. */
  readonly at: Instant;
  readonly seq: number;
}

/** An event that was sent with an idempotency key: both as hashes, so that a run holds no text of the sender's. */
export interface HeardEvent {
  readonly key: string;
  /** Of name and payload: tells a repeat from another event under the same key. */
  readonly request: string;
}

/** An event from outside, kept until a step waits for it. */
export interface MailboxEvent {
  readonly name: string;
  readonly payload: StoredValue;
}

/**
 * How many segments are busy with what, a segment in at most one of the three. Counted along with every change, so that
 * nobody has to look at all segments of a large run.
 */
export interface Activity {
  /** Executors have them. */
  readonly leased: number;
  /** A step of theirs waits for time, an event or a person. */
  readonly waiting: number;
  /** They wait for nothing but a moment: the end of a backoff, or another try at a limit. */
  readonly resting: number;
}

export interface RunState {
  readonly header: RunHeader;
  readonly plan: Plan;
  readonly given: Readonly<Record<ContractKey, StoredValue>>;
  readonly segments: ReadonlyMap<SegmentId, SegmentState>;
  /** Steps of earlier plans that were tried, oldest first; absent when the plan was never changed. */
  readonly replaced?: readonly ReplacedStep[];
  /** Steps that have not ended; recovered on load. The run ends when none is left. */
  readonly openSteps: number;
  /** The next signal number; recovered on load. */
  readonly nextSeq: number;
  /** What the segments are busy with; recovered on load. */
  readonly activity: Activity;
}

export const TERMINAL_STEP: ReadonlySet<StepStatus> = new Set([
  "succeeded",
  "cached",
  "failed",
  "skipped",
  "cancelled",
]);
export const RUN_STATUSES: ReadonlySet<RunStatus> = new Set(runStatus.options);
export const TERMINAL_RUN: ReadonlySet<RunStatus> = new Set(["succeeded", "partial", "failed", "cancelled"]);
