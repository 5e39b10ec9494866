import type { Instant } from "../run/model/state.ts";

/** After how many failures in a row a breaker opens, and after how long it lets one call try. */
export interface BreakerSettings {
  readonly failureThreshold: number;
  readonly resetMs: number;
}

export const DEFAULT_BREAKER: BreakerSettings = { failureThreshold: 5, resetMs: 60_000 };

/** A circuit breaker: closed lets everything pass, open nothing until `until`, half-open one trial at a time. */
export type Breaker =
  | { readonly state: "closed"; readonly failures: number }
  | { readonly state: "open"; readonly until: Instant }
  | { readonly state: "half_open"; readonly trialUntil: Instant };

export const CLOSED: Breaker = { state: "closed", failures: 0 };

/** What came of a call, as far as its target's health goes. `neutral` says nothing about it. */
export type CallResult = "success" | "failure" | "neutral";

/** Whether a call may pass; `trial` is the one call of a half-open breaker. */
export type Admission =
  | { readonly kind: "pass"; readonly breaker: Breaker }
  | { readonly kind: "trial"; readonly breaker: Breaker }
  | { readonly kind: "refused"; readonly retryAfterMs: number };

/** A trial that never reports back gives way to another after the breaker's own reset time. */
export function admit(breaker: Breaker, now: Instant, { resetMs }: BreakerSettings): Admission {
  if (breaker.state === "closed") return { kind: "pass", breaker };
  const until = breaker.state === "open" ? breaker.until : breaker.trialUntil;
  if (now < until) return { kind: "refused", retryAfterMs: until - now };
  return { kind: "trial", breaker: { state: "half_open", trialUntil: now + resetMs } };
}

/** The breaker after a call. A call that was admitted before the breaker opened cannot close it: only a trial can. */
export function settle(
  breaker: Breaker,
  result: CallResult,
  trial: boolean,
  now: Instant,
  { failureThreshold, resetMs }: BreakerSettings,
): Breaker {
  if (breaker.state === "closed") {
    if (result === "neutral") return breaker;
    if (result === "success") return breaker.failures === 0 ? breaker : CLOSED;
    const failures = breaker.failures + 1;
    return failures >= failureThreshold ? { state: "open", until: now + resetMs } : { state: "closed", failures };
  }
  if (!trial || breaker.state === "open") return breaker;
  if (result === "success") return CLOSED;
  return { state: "open", until: result === "neutral" ? now : now + resetMs };
}
