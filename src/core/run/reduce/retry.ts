import { isRetryable, type Fault } from "../../errors.ts";
import type { RetryPolicy } from "../../registry/node.ts";

export type Verdict = { readonly kind: "again"; readonly afterMs: number } | { readonly kind: "dead" };

/**
 * Whether a failed attempt is repeated, and when. `number` is 1 for the first attempt; `seed` names the step of the run,
 * so a replay waits exactly as long as the original. A failure that names a longer delay than the policy's is given it, up to
 * MAX_NAMED_DELAY_MS.
 */
export function verdict(attempt: { fault: Fault; number: number; seed: string }, policy: RetryPolicy): Verdict {
  if (!isRetryable(attempt.fault) || attempt.number > policy.maxRetries) return { kind: "dead" };
  const afterMs = backoffMs(policy, attempt.number, attempt.seed);
  return { kind: "again", afterMs: Math.max(afterMs, namedDelayMs(attempt.fault)) };
}

/** The longest delay a failure may name, in milliseconds: as long as the longest a contract may ask for. */
export const MAX_NAMED_DELAY_MS = 300_000;

/** The delay a failure names itself, as a server's Retry-After does; 0 when it names none. */
function namedDelayMs({ retryAfterSeconds: seconds = 0 }: Fault): number {
  return seconds > 0 ? Math.min(MAX_NAMED_DELAY_MS, Math.ceil(seconds * 1_000)) : 0;
}

/** Fixed or doubling wait, capped, then spread over its upper half by a jitter that depends on the seed alone. */
export function backoffMs(policy: RetryPolicy, number: number, seed: string): number {
  const factor = policy.backoff === "exponential" ? 2 ** Math.min(number - 1, 30) : 1;
  const full = Math.min(policy.maxMs, policy.baseMs * factor);
  return Math.round(full * (0.5 + 0.5 * unit(`${seed}#${number}`)));
}

/** FNV-1a of a text, as a fraction in [0, 1). */
function unit(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 0x1_0000_0000;
}
