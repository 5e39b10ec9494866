import { type ErrorCode, fault, type Fault } from "../errors.ts";

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

/** Statuses that say what is wrong; other 5xx are an outage, and all others refusals. */
const CODES: ReadonlyMap<number, ErrorCode> = new Map([
  [401, "AUTHENTICATION_ERROR"],
  [403, "AUTHENTICATION_ERROR"],
  [408, "TIMEOUT_ERROR"],
  [429, "RATE_LIMIT_ERROR"],
  [504, "TIMEOUT_ERROR"],
]);

/** The code of a status that is a failure. */
export const codeOfStatus = (status: number): ErrorCode =>
  CODES.get(status) ?? (status >= 500 ? "SERVICE_UNAVAILABLE" : "REQUEST_REJECTED");

/**
 * The failure that a status stands for, where statuses are to be failures. What the server says about the next try
 * becomes the delay of the next attempt.
 */
export function failureOfStatus(status: number, retryAfter: string | null, now: number): Fault {
  const seconds = retryAfterOf(retryAfter, now);
  return fault(codeOfStatus(status), `the server answered ${status}`, {
    details: { status_code: status },
    ...(seconds === null ? {} : { retryAfterSeconds: seconds }),
  });
}
