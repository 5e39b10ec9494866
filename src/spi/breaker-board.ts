import type { Instant } from "../core/run/model/state.ts";

/** Whose health a breaker keeps: one target of one binding, for one tenant. */
export interface BreakerKey {
  readonly tenant: string;
  readonly binding: string;
  readonly target: string;
}

/** What isolates have told each other of a target. */
export interface SharedBreaker extends BreakerKey {
  /** Failures in a row, of all isolates together. */
  readonly failures: number;
  /** Refused until then; null while it is not open. */
  readonly openUntil: Instant | null;
  /** Who tries, and until when nobody else does; null when nobody does. */
  readonly trialUntil: Instant | null;
}

/** What one isolate has seen since it last told: failures in a row, after a success where there was one. */
export interface BreakerReport extends BreakerKey {
  readonly failures: number;
  readonly succeeded: boolean;
  /** The board opens the breaker when its own count reaches this. */
  readonly failureThreshold: number;
  readonly resetMs: number;
}

/** Where isolates tell each other of the health of targets. Rejects with SERVICE_UNAVAILABLE. */
export interface BreakerBoard {
  /** Adds what was seen, and answers how those targets stand now. */
  report(reports: readonly BreakerReport[], now: Instant): Promise<readonly SharedBreaker[]>;
  /** How these targets stand; what nothing is known of is left out. */
  read(keys: readonly BreakerKey[]): Promise<readonly SharedBreaker[]>;
  /** Claims the one trial of an open breaker whose time is over. Of all that ask, one is told yes; of one that is closed, all are. */
  claimTrial(key: BreakerKey, now: Instant, trialUntil: Instant): Promise<boolean>;
  /** The trial is over: the breaker closes, or opens again until `openUntil`. */
  settleTrial(key: BreakerKey, openUntil: Instant | null): Promise<void>;
  /** Breakers of a tenant that are not closed, at most `limit`. */
  open(tenant: string, limit: number): Promise<readonly SharedBreaker[]>;
  /** Forgets what has not changed since a moment, at most `limit`; says how many. */
  forgetBefore(before: Instant, limit: number): Promise<number>;
}
