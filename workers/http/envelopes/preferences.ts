/** The longest time an answer is held back, in seconds. */
export const MAX_WAIT_SECONDS = 60;

const WAIT = /(?:^|,)\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=[,;]|$)/i;

/**
 * The seconds of `Prefer: wait=N` (RFC 7240), at most MAX_WAIT_SECONDS; null when it is not there. What cannot be
 * understood is ignored, as the RFC asks: a preference is no demand.
 */
export function preferredWait(header: string | undefined): number | null {
  const seconds = WAIT.exec(header ?? "")?.[1];
  return seconds === undefined ? null : Math.min(Number(seconds), MAX_WAIT_SECONDS);
}
