import type { Instant } from "../run/model/state.ts";

/** How many calls may start now, and as of when. */
export interface TokenBucket {
  readonly tokens: number;
  readonly at: Instant;
}

/** A bucket holds a second's worth of calls, and one at least. */
const capacityOf = (ratePerSecond: number): number => Math.max(1, ratePerSecond);

export const fullBucket = (ratePerSecond: number, now: Instant): TokenBucket => ({
  tokens: capacityOf(ratePerSecond),
  at: now,
});

/** Takes a token, or says in how many milliseconds there is one. A clock that is set back gives nothing and takes nothing. */
export function takeToken(
  bucket: TokenBucket,
  ratePerSecond: number,
  now: Instant,
): { readonly bucket: TokenBucket; readonly waitMs: number } {
  const passed = Math.max(0, now - bucket.at);
  const tokens = Math.min(capacityOf(ratePerSecond), bucket.tokens + (passed * ratePerSecond) / 1_000);
  const at = Math.max(now, bucket.at);
  if (tokens >= 1) return { bucket: { tokens: tokens - 1, at }, waitMs: 0 };
  return { bucket: { tokens, at }, waitMs: Math.ceil(((1 - tokens) * 1_000) / ratePerSecond) };
}
