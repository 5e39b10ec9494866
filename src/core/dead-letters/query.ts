import type { Position } from "../search/position.ts";
import { containsText } from "../search/text.ts";
import type { Instant } from "../run/model/state.ts";
import type { DeadLetter, DeadLetterClass, DeadLetterStatus } from "./dead-letter.ts";

/** What a search over dead letters asks for: every condition that is not null must hold. */
export interface DeadLetterQuery {
  readonly status: DeadLetterStatus | null;
  readonly queue: string | null;
  readonly errorType: DeadLetterClass | null;
  /** `work`, `archive`, `started`. */
  readonly messageType: string | null;
  readonly runId: string | null;
  readonly correlationId: string | null;
  /** Died at this moment or later. */
  readonly from: Instant | null;
  /** Died before this moment. */
  readonly to: Instant | null;
  /** A part of the failure's reason or cause, whatever the case of ASCII letters. */
  readonly text: string | null;
}

/** The query that finds every dead letter. */
export const ANY_DEAD_LETTER: DeadLetterQuery = {
  status: null,
  queue: null,
  errorType: null,
  messageType: null,
  runId: null,
  correlationId: null,
  from: null,
  to: null,
  text: null,
};

/** Where a dead letter stands in every list of them. */
export const placeOfDeadLetter = ({ failedAt, id }: DeadLetter): Position => ({ at: failedAt, id });

/** The text a search looks through. */
export const failureText = ({ failureReason, cause }: DeadLetter): string =>
  cause === null ? failureReason : `${failureReason}\n${cause.code}: ${cause.message}`;

/** Whether a dead letter is what a query asks for: the meaning every store must agree with. */
export function matchesDeadLetter(letter: DeadLetter, query: DeadLetterQuery): boolean {
  const { status, queue, errorType, messageType, runId, correlationId, from, to, text } = query;
  return (
    (status === null || letter.status === status) &&
    (queue === null || letter.queue === queue) &&
    (errorType === null || letter.errorType === errorType) &&
    (messageType === null || letter.messageType === messageType) &&
    (runId === null || letter.runId === runId) &&
    (correlationId === null || letter.correlationId === correlationId) &&
    (from === null || letter.failedAt >= from) &&
    (to === null || letter.failedAt < to) &&
    (text === null || containsText(failureText(letter), text))
  );
}
