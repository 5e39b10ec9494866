import type { JsonObject } from "../../../../contracts/json/json.ts";
import type { Fault } from "../../errors.ts";
import type { Plan, SegmentId, StepId } from "../../plan/model/plan.ts";
import type { Result } from "../../result.ts";
import type {
  Activity,
  HeardEvent,
  Instant,
  LeaseToken,
  Progress,
  ReplacedStep,
  RunHeader,
  SegmentState,
} from "./state.ts";
import type { StoredValue } from "./value.ts";
import type { Deferral, StepResult, Verdict } from "../dispatch/work-item.ts";

/** What can happen to a run. */
export type RunEvent =
  /** The gateway executes every inline segment itself: those that are ready now, and what their answers make ready. */
  | { readonly type: "inline" }
  /** The run has its place in a ring: dispatch what is ready. */
  | { readonly type: "start" }
  | {
      readonly type: "answer";
      readonly segment: SegmentId;
      readonly token: LeaseToken;
      readonly results: readonly StepResult[];
      readonly verdicts?: readonly Verdict[];
      /** Nothing was executed: a limit has no room. */
      readonly deferred?: Deferral;
    }
  /** Whoever executes a step says how far it has come. */
  | {
      readonly type: "progress";
      readonly segment: SegmentId;
      readonly token: LeaseToken;
      readonly step: StepId;
      /** Null when it only says that it is there. */
      readonly progress: Progress | null;
      /** The lease ends no sooner than so long from now, in milliseconds. */
      readonly extendMs?: number;
    }
  /** A limit that had no room for the segment has some now. */
  | { readonly type: "admitted"; readonly segment: SegmentId }
  | { readonly type: "undeliverable"; readonly segment: SegmentId; readonly token: LeaseToken; readonly fault: Fault }
  /** A question for another plan is answered: by one without the dead steps, or by why there is none. */
  | { readonly type: "replanned"; readonly token: string; readonly result: Result<Plan, Fault> }
  /** Time has passed: expired leases, ended backoffs, the deadline. */
  | { readonly type: "tick" }
  | { readonly type: "cancel"; readonly reason: string }
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  /** An event from outside: every step that waits for its name goes on; kept when none does. */
  | { readonly type: "event"; readonly name: string; readonly payload: StoredValue; readonly heard?: HeardEvent }
  /** A person's word on a step that waits for it. */
  | { readonly type: "approve"; readonly step: StepId; readonly approved: boolean; readonly word: JsonObject };

/** What the shell must do after the state is safe. */
export type Intent =
  | {
      readonly type: "dispatch";
      readonly segment: SegmentId;
      readonly token: LeaseToken;
      readonly epoch: number;
      readonly expiresAt: Instant;
      readonly steps: readonly StepId[];
    }
  /** Steps have died and nothing is under way: find a plan without them (core/run/next-plan) and send `replanned`. */
  | { readonly type: "replan"; readonly token: string }
  /** The run has ended: archive it, report trust, wake those who wait. */
  | { readonly type: "finished" };

/** What a decision changed: only that is written, so a step costs the same in a run of 10 steps and of 5,000. */
export interface Transition {
  readonly header: RunHeader | null;
  /** With a new plan, all of them. */
  readonly segments: readonly SegmentState[];
  /** Present when the run goes on with another plan, together with every step that ever left one. */
  readonly plan?: Plan;
  readonly replaced?: readonly ReplacedStep[];
  readonly openSteps: number;
  readonly nextSeq: number;
  readonly activity: Activity;
  readonly intents: readonly Intent[];
}

/** How leases are measured out. */
export interface LeaseSettings {
  /** Added to the steps' timeouts for travel and queueing, in milliseconds; doubles with each expiry. */
  readonly graceMs: number;
  /** Leases of a segment that may expire in a row before its steps fail with LEASE_EXPIRED. */
  readonly maxExpiries: number;
}

export const DEFAULT_LEASES: LeaseSettings = { graceMs: 30_000, maxExpiries: 5 };
