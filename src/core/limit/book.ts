import type { Allowance } from "./limit.ts";

/** Whose turn it is: a run's segment. */
export interface Holder {
  readonly runId: string;
  readonly segment: string;
}

/** A work item that asks to be let through. */
export interface TurnRequest {
  readonly holder: Holder;
  /** Names the dispatch, so that the end of an older one frees nothing. */
  readonly token: string;
  /** What the asker's node allows; nodes of one group may differ. */
  readonly allows: Allowance;
  /** How long the turn is kept at most, in milliseconds. */
  readonly holdMs: number;
  /** Higher goes first. */
  readonly priority: number;
  /** Since when the work item waits, in milliseconds since the epoch: of equal priority, the oldest goes first. */
  readonly since: number;
}

export type Turn =
  | { readonly granted: true }
  /** Not now; asking again after this long is worth it even if nobody calls. */
  | { readonly granted: false; readonly retryInMs: number };

/** A granted turn. Turns of a rate stay until their stretch of time is over. */
export interface Slot {
  readonly holder: Holder;
  readonly token: string;
  /** The turn counts until this moment. */
  readonly until: number;
}

/** A work item that was refused and has a place in the line. */
export interface Waiter {
  readonly holder: Holder;
  readonly allows: Allowance;
  readonly priority: number;
  readonly since: number;
  /** Forgotten from this moment on. */
  readonly until: number;
  /** It was told that there is room and is on its way. */
  readonly called: boolean;
}

/** What a decision changed: null where a row is gone. */
export interface BookChanges {
  readonly slots: ReadonlyMap<string, Slot | null>;
  readonly waiters: ReadonlyMap<string, Waiter | null>;
}

/** A call that led nowhere blocks its place no longer than this. */
export const CALL_MS = 15_000;
const LEAST_RETRY_MS = 1_000;
const MOST_RETRY_MS = 600_000;
/** Beyond its own retry a waiter keeps its place this long. */
const LATE_MS = 60_000;
/** So many keep a place in the line; later ones only ask again. */
const MAX_WAITERS = 20_000;

/** `run/segment`: at most one turn and one place in the line each. Run ids have no slash. */
const holderId = ({ runId, segment }: Holder): string => `${runId}/${segment}`;

/**
 * The decisions of one limit: who has a turn, who waits, whose turn is next. Nobody overtakes: a work item is let through
 * when there is room for it and for everybody before it in the line: the higher priority goes first, then the older. A call
 * gives no precedence, so that all limits agree on who goes first: work items that need the same two would otherwise be called
 * by one each and send each other back for ever. Decides with the `now` it is given; what it changed is read off with
 * `takeChanges`.
 */
export class LimitBook {
  readonly #slots: Map<string, Slot>;
  readonly #waiters: Map<string, Waiter>;
  #slotChanges = new Map<string, Slot | null>();
  #waiterChanges = new Map<string, Waiter | null>();

  constructor(slots: Iterable<readonly [string, Slot]> = [], waiters: Iterable<readonly [string, Waiter]> = []) {
    this.#slots = new Map(slots);
    this.#waiters = new Map(waiters);
  }

  /** Whether anything is worth keeping. */
  get empty(): boolean {
    return this.#slots.size === 0 && this.#waiters.size === 0;
  }

  /** Lets through or puts in line. The same dispatch asking twice keeps its one turn. */
  ask(request: TurnRequest, now: number): Turn {
    this.#forgetPast(now);
    const { allows, token } = request;
    const id = holderId(request.holder);
    // A rate counts beginnings, so every dispatch has a turn of its own; a slot is taken over by the newest dispatch.
    const slot = allows.kind === "rate" ? `${id}/${token}` : id;
    const known = this.#slots.get(slot);
    const ahead = this.#ahead(id, request);
    if (known?.token === token || this.#taken(known) + ahead < allows.max) {
      const holdMs = allows.kind === "rate" ? allows.perMs : request.holdMs;
      this.#putSlot(slot, { holder: request.holder, token, until: now + holdMs });
      this.#putWaiter(id, null);
      return { granted: true };
    }
    const retryInMs = this.#roomInMs(allows, ahead, now);
    if (this.#waiters.has(id) || this.#waiters.size < MAX_WAITERS) {
      const { holder, priority, since } = request;
      const until = now + retryInMs + LATE_MS;
      this.#putWaiter(id, { holder, allows, priority, since, until, called: false });
    }
    return { granted: false, retryInMs };
  }

  /**
   * Ends a turn: `ended` after the work, which a rate still counts; `unused` as if it had never been, with the call that
   * led to it. Of a newer dispatch nothing is ended.
   */
  leave(holder: Holder, token: string, how: "ended" | "unused"): void {
    const id = holderId(holder);
    if (this.#slots.get(id)?.token === token) this.#putSlot(id, null);
    if (how === "ended") return;
    if (this.#slots.has(`${id}/${token}`)) this.#putSlot(`${id}/${token}`, null);
    if (this.#waiters.get(id)?.called) this.#putWaiter(id, null);
  }

  /** Who waits and now has room: each is called once. A call that is not followed by a question is soon forgotten. */
  call(now: number): readonly Holder[] {
    this.#forgetPast(now);
    const called: Holder[] = [];
    let ahead = 0;
    const line = this.#waiters.size === 0 ? [] : [...this.#waiters].sort(order);
    for (const [id, waiter] of line) {
      if (this.#slots.size + ahead >= waiter.allows.max) break;
      ahead++;
      if (waiter.called) continue;
      this.#putWaiter(id, { ...waiter, called: true, until: Math.min(waiter.until, now + CALL_MS) });
      called.push(waiter.holder);
    }
    return called;
  }

  /** What has changed since the last time. */
  takeChanges(): BookChanges {
    const changes = { slots: this.#slotChanges, waiters: this.#waiterChanges };
    this.#slotChanges = new Map();
    this.#waiterChanges = new Map();
    return changes;
  }

  /** Turns that count besides the asker's own. */
  #taken(own: Slot | undefined): number {
    return this.#slots.size - (own ? 1 : 0);
  }

  /** Waiters whose turn comes before. */
  #ahead(id: string, { priority, since }: TurnRequest): number {
    let ahead = 0;
    for (const entry of this.#waiters) if (entry[0] !== id && order(entry, [id, { priority, since }]) < 0) ahead++;
    return ahead;
  }

  /** When there is room for it after those before it, if every turn lasts as long as it may. */
  #roomInMs(allows: Allowance, ahead: number, now: number): number {
    const roundMs = allows.kind === "rate" ? allows.perMs : CALL_MS;
    const ends = [...this.#slots.values()].map(({ until }) => until - now);
    const place = ahead + ends.length - allows.max;
    // Whoever is in the line before it takes what is free now.
    const free = Array.from({ length: Math.max(0, allows.max - ends.length) }, () => roundMs);
    const turns = [...ends, ...free].sort((a, b) => a - b);
    const round = Math.floor(place / turns.length);
    const wait = Math.max(1, Math.ceil((turns[place % turns.length] ?? 0) + round * roundMs));
    return allows.kind === "rate" ? wait : Math.min(MOST_RETRY_MS, Math.max(LEAST_RETRY_MS, wait));
  }

  #forgetPast(now: number): void {
    for (const [id, { until }] of this.#slots) if (until <= now) this.#putSlot(id, null);
    for (const [id, { until }] of this.#waiters) if (until <= now) this.#putWaiter(id, null);
  }

  #putSlot(id: string, slot: Slot | null): void {
    if (slot === null && !this.#slots.delete(id)) return;
    if (slot !== null) this.#slots.set(id, slot);
    this.#slotChanges.set(id, slot);
  }

  #putWaiter(id: string, waiter: Waiter | null): void {
    if (waiter === null && !this.#waiters.delete(id)) return;
    if (waiter !== null) this.#waiters.set(id, waiter);
    this.#waiterChanges.set(id, waiter);
  }
}

type Place = readonly [id: string, waiter: Pick<Waiter, "priority" | "since">];

/** Negative when the first goes before the second. Never zero: of two that are equal, one goes first. */
const order = ([a, first]: Place, [b, second]: Place): number =>
  second.priority - first.priority || first.since - second.since || (a < b ? -1 : 1);
