import { fault, type Fault } from "../errors.ts";

/** The longest wait that is read from a header, in seconds. */
const LONGEST_S = 86_400;

/**
 * The seconds of `Retry-After` (RFC 9110, 10.2.3): a number of them, or a date; null for what is neither. Never negative.
 *
 * @param now milliseconds since the epoch
 */
export function retryAfterOf(header: string | null | undefined, now: number): number | null {
  const text = (header ?? "").trim();
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text), LONGEST_S);
  if (!/^[A-Za-z]{3,9},? /.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.min(LONGEST_S, Math.max(0, Math.ceil((at - now) / 1_000)));
}

/**
 * The failure that a status stands for, where statuses are to be failures: 429 is RATE_LIMIT_ERROR, 401 and 403
 * AUTHENTICATION_ERROR, 408 and 504 TIMEOUT_ERROR, other 5xx SERVICE_UNAVAILABLE, any other REQUEST_REJECTED. What the
 * server says about the next try becomes the delay of the next attempt.
 */
export function failureOfStatus(status: number, retryAfter: string | null, now: number): Fault {
  const seconds = retryAfterOf(retryAfter, now);
  const named = seconds === null ? {} : { retryAfterSeconds: seconds };
  const extra = { details: { status_code: status }, ...named };
  const message = `the server answered ${status}`;
  if (status === 429) return fault("RATE_LIMIT_ERROR", message, extra);
  if (status === 401 || status === 403) return fault("AUTHENTICATION_ERROR", message, extra);
  if (status === 408 || status === 504) return fault("TIMEOUT_ERROR", message, extra);
  return fault(status >= 500 ? "SERVICE_UNAVAILABLE" : "REQUEST_REJECTED", message, extra);
}
