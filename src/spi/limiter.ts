import type { Holder, Turn, TurnRequest } from "../core/limit/book.ts";
import type { LimitId } from "../core/limit/work-item-limits.ts";

/** A work item that gives a turn back; see LimitBook.leave. */
export interface Leaving {
  readonly holder: Holder;
  /** The dispatch it speaks for; empty for a call that led nowhere. */
  readonly token: string;
  readonly how: "ended" | "unused";
}

/** What came of asking. */
export interface Turns {
  /** One a request, in their order. */
  readonly turns: readonly Turn[];
  /** Work items whose turn has come meanwhile, because a turn before theirs has run out. */
  readonly called: readonly Holder[];
}

/**
 * Counts turns across all rings: at most so many at once, or so many begun within a stretch of time. A turn ends when it
 * is given back or when its time is up, so that a holder that died frees it. Requests are taken in their order; who is
 * refused keeps a place in the line. All methods reject with SERVICE_UNAVAILABLE when the limit cannot be reached.
 */
export interface Limiter {
  acquire(limit: LimitId, requests: readonly TurnRequest[]): Promise<Turns>;
  /** Gives turns back and answers whose turn it is now: each is to be told, once. */
  release(limit: LimitId, leaving: readonly Leaving[]): Promise<readonly Holder[]>;
}
