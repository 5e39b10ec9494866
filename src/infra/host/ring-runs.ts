import { VALUES } from "../../core/retention/keys.ts";
import { summaryOf } from "../../core/run/summary.ts";
import { decodeParts, decodeRun, encodeBody, encodeRun, isTouched } from "../../core/run/codec.ts";
import type { Transition } from "../../core/run/event.ts";
import {
  TERMINAL_RUN,
  type Instant,
  type RunHeader,
  type RunId,
  type RunState,
  type SegmentState,
} from "../../core/run/state.ts";
import type { LiveValue } from "../../spi/run-coordinator.ts";
import type { RingPart, RingStore } from "../../spi/ring-store.ts";

/** Runs of few segments are one row, rewritten whole; larger ones are a row a segment, so a step's cost stays constant. */
const WHOLE_MAX_SEGMENTS = 16;
const WHOLE_MAX_CHARS = 256 * 1024;
/** A row holds at most 2 MB; a character takes at most three bytes. */
const CHUNK_CHARS = 500_000;

const WHOLE = "r";
const HEADER = "h";
const BODY = "b";
const SEGMENT = "s:";

/** Stores runs in a ring's parts and keeps the live ones decoded. */
export class RingRuns {
  readonly #store: RingStore;
  readonly #live = new Map<RunId, RunState>();
  /** Live runs known to be stored a row a segment. */
  readonly #split = new Set<RunId>();
  readonly #maxLive: number;

  constructor(store: RingStore, maxLive = 500) {
    this.#store = store;
    this.#maxLive = maxLive;
  }

  has(id: RunId): boolean {
    return this.#live.has(id) || this.#store.read(id).length > 0;
  }

  /** The live state of a run, or null when the ring does not have it. */
  load(id: RunId): RunState | null {
    const live = this.#live.get(id);
    if (live) return live;
    const parts = this.#store.read(id);
    if (parts.length === 0) return null;
    const state = decodeStored(parts);
    if (!state) return null;
    if (parts.some(({ part }) => part === HEADER)) this.#split.add(id);
    this.remember(state);
    return state;
  }

  /** The encoded run without decoding a finished one. */
  record(id: RunId): string | null {
    const live = this.#live.get(id);
    if (live) return encodeRun(live);
    const parts = this.#store.read(id);
    const whole = joined(parts, WHOLE);
    if (whole !== null) return whole;
    const state = decodeStored(parts);
    return state && encodeRun(state);
  }

  /** The large values a run refers to; none when the owner is no run that is here. */
  valuesOf(owner: string): readonly LiveValue[] {
    if (owner.startsWith("~")) return [];
    const record = this.record(owner);
    // Most runs have none, and decoding is what costs.
    if (record === null || !record.includes(`"${VALUES}`)) return [];
    const { tenant, values } = summaryOf(decodeRun(record));
    return values.map((key) => ({ tenant, key }));
  }

  /** Writes a run that arrived. Call inside a transaction. */
  insert(id: RunId, record: string, dueAt: Instant | null): void {
    this.#store.write(id, chunks(WHOLE, record, dueAt));
  }

  /** Writes what a transition changed, or everything the first time. Call inside a transaction, with the state after it. */
  save(state: RunState, transition: Transition, dueAt: Instant | null): void {
    const id = state.header.id;
    // A new plan changes what is otherwise written once; its run may also have outgrown a row.
    if (!this.#split.has(id) || transition.plan) {
      const record = state.plan.segments.length <= WHOLE_MAX_SEGMENTS ? encodeRun(state) : null;
      if (record !== null && record.length <= WHOLE_MAX_CHARS) {
        if (this.#split.delete(id)) this.#store.remove(id);
        return this.#store.write(id, [{ part: WHOLE, body: record, dueAt }]);
      }
      return this.#splitUp(state, dueAt);
    }
    const parts = transition.segments.map(segmentPart);
    if (transition.header) parts.push(headerPart(state, dueAt));
    this.#store.write(id, parts);
  }

  remember(state: RunState): void {
    this.#live.set(state.header.id, state);
    if (this.#live.size <= this.#maxLive) return;
    for (const oldest of this.#live.keys()) {
      this.forget(oldest);
      break;
    }
  }

  forget(id: RunId): void {
    this.#live.delete(id);
    this.#split.delete(id);
  }

  #splitUp(state: RunState, dueAt: Instant | null): void {
    const id = state.header.id;
    this.#store.remove(id);
    this.#store.write(id, [
      headerPart(state, dueAt),
      ...chunks(BODY, encodeBody(state), null),
      ...[...state.segments.values()].filter(isTouched).map(segmentPart),
    ]);
    this.#split.add(id);
  }
}

const segmentPart = (segment: SegmentState): RingPart => ({
  part: SEGMENT + segment.id,
  body: JSON.stringify(segment),
  dueAt: segment.dueAt,
});

/** The header is due when the run as a whole is; once it has ended, when it must leave. */
const headerPart = ({ header }: RunState, dueAt: Instant | null): RingPart => ({
  part: HEADER,
  body: JSON.stringify(header),
  dueAt: TERMINAL_RUN.has(header.status) ? dueAt : headerDue(header),
});

/** When the run as a whole needs attention: at its deadline, or when its question for another plan goes out again. */
function headerDue({ deadlineAt, replanning }: RunHeader): Instant | null {
  const askedUntil = replanning?.question?.until ?? null;
  if (deadlineAt === null || askedUntil === null) return deadlineAt ?? askedUntil;
  return Math.min(deadlineAt, askedUntil);
}

/** The next moment a run needs attention: a lease, a backoff, a question or its deadline; `flushAt` once it has ended. */
export function dueOf(state: RunState, flushAt: Instant): Instant | null {
  if (TERMINAL_RUN.has(state.header.status)) return flushAt;
  let due = headerDue(state.header);
  for (const { dueAt } of state.segments.values()) if (dueAt !== null && (due === null || dueAt < due)) due = dueAt;
  return due;
}

function chunks(part: string, text: string, dueAt: Instant | null): RingPart[] {
  if (text.length <= CHUNK_CHARS) return [{ part, body: text, dueAt }];
  const parts: RingPart[] = [];
  for (let at = 0; at < text.length; at += CHUNK_CHARS) {
    const number = String(parts.length).padStart(4, "0");
    parts.push({
      part: `${part}${number}`,
      body: text.slice(at, at + CHUNK_CHARS),
      dueAt: parts.length === 0 ? dueAt : null,
    });
  }
  return parts;
}

/** The text of a part and its chunks; null when there is none. Parts arrive sorted. */
function joined(parts: readonly RingPart[], name: string): string | null {
  const own = parts.filter(
    ({ part }) => part === name || (part.startsWith(name) && /^\d{4}$/.test(part.slice(name.length))),
  );
  return own.length === 0 ? null : own.map(({ body }) => body).join("");
}

function decodeStored(parts: readonly RingPart[]): RunState | null {
  const whole = joined(parts, WHOLE);
  if (whole !== null) return decodeRun(whole);
  const header = joined(parts, HEADER);
  const body = joined(parts, BODY);
  if (header === null || body === null) return null;
  return decodeParts(
    header,
    body,
    parts.filter(({ part }) => part.startsWith(SEGMENT)).map((part) => part.body),
  );
}
