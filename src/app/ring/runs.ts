import { fault, RuntimeHostError } from "../../core/errors.ts";
import { valueKeysIn, valueTenant } from "../../core/retention/keys.ts";
import { type RunCodec } from "../../core/run/codec/codec.ts";
import { codecOf } from "../runs/run-codec.ts";
import { nextDue } from "../../core/run/dispatch/due-times.ts";
import type { Transition } from "../../core/run/model/event.ts";
import { TERMINAL_RUN, type Instant, type RunHeader, type RunId, type RunState } from "../../core/run/model/state.ts";
import type { LiveValue } from "../../spi/run-coordinator.ts";
import type { RingStore } from "../../spi/ring-store.ts";
import { logLines, RingLog, textOf, textParts } from "./change-log.ts";

/** A small run is one row, rewritten whole; a larger one gets a log of its changes, so a step's cost stays constant. */
const WHOLE_MAX_SEGMENTS = 16;
const WHOLE_MAX_CHARS = 256 * 1024;
/** A log much longer than what it adds to is folded into it: repeated steps must not make a run grow for ever. */
const LOG_MAX_CHARS = 1_000_000;
const LOG_MAX_RATIO = 4;

const RECORD = "r";

/** Stores runs in a ring's parts and keeps the live ones decoded. */
export class RingRuns {
  readonly #store: RingStore;
  readonly #live = new Map<RunId, RunState>();
  /** The logs of those live runs that have one. */
  readonly #logs = new Map<RunId, RingLog>();
  readonly #codec: RunCodec;
  readonly #maxLive: number;

  constructor(store: RingStore, codec: RunCodec = codecOf(), maxLive = 500) {
    this.#store = store;
    this.#codec = codec;
    this.#maxLive = maxLive;
  }

  has(id: RunId): boolean {
    return this.#live.has(id) || this.#store.read(id).length > 0;
  }

  /** The live state of a run, or null when the ring does not have it. Throws RECORD_NEWER and RECORD_UNREADABLE. */
  load(id: RunId): RunState | null {
    const live = this.#live.get(id);
    if (live) return live;
    const parts = this.#store.read(id);
    const record = textOf(parts, RECORD);
    if (record === null) return null;
    const state = this.#decoded(record, logLines(parts));
    const log = RingLog.of(parts, record.length);
    if (log.chars > 0 || !isSmall(state, record)) this.#logs.set(id, log);
    this.remember(state);
    return state;
  }

  /** A run that has ended, with about as many characters as it is stored in. Not kept in memory for being looked at. */
  ended(id: RunId): { readonly state: RunState; readonly chars: number } | null {
    const parts = this.#store.read(id);
    const record = textOf(parts, RECORD);
    if (record === null) return null;
    const chars = parts.reduce((sum, { body }) => sum + body.length, 0);
    return { state: this.#live.get(id) ?? this.#decoded(record, logLines(parts)), chars };
  }

  /** The encoded run, as it is stored where it is stored whole. */
  record(id: RunId): string | null {
    const parts = this.#store.read(id);
    const record = textOf(parts, RECORD);
    if (record === null) return null;
    const lines = logLines(parts);
    return lines.length === 0 ? record : this.#codec.encode(this.#live.get(id) ?? this.#decoded(record, lines));
  }

  /** A run's texts as they are stored, oldest first; none when it is not here. */
  texts(id: RunId): readonly string[] {
    const parts = this.#store.read(id);
    const record = textOf(parts, RECORD);
    return record === null ? [] : [record, ...logLines(parts)];
  }

  /** The large values a run refers to, whether or not it can be read; none when the owner is no run that is here. */
  valuesOf(owner: string): readonly LiveValue[] {
    if (owner.startsWith("~")) return [];
    const keys = new Set(this.texts(owner).flatMap((text) => valueKeysIn(text)));
    return [...keys].map((key) => ({ tenant: valueTenant(key), key }));
  }

  /** Writes a run that arrived. Call inside a transaction. */
  insert(id: RunId, record: string, dueAt: Instant | null): void {
    this.#store.write(id, textParts(RECORD, record, dueAt));
  }

  /**
   * Writes what a transition changed, or everything the first time. Call inside a transaction, with the state after it.
   * Throws RUN_UNSTORABLE for what cannot be written down.
   */
  save(state: RunState, transition: Transition, dueAt: Instant | null): void {
    const { id } = state.header;
    const log = this.#logs.get(id);
    // A new plan changes what a log adds to.
    if (!log || transition.plan || isOverlong(log)) return this.#saveWhole(state, dueAt);
    const change = encoded(() => this.#codec.encodeChange(transition));
    this.#store.write(id, log.add(change, dueAt));
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
    this.#logs.delete(id);
  }

  #decoded(record: string, lines: readonly string[]): RunState {
    const read = this.#codec.read(record, lines);
    if (!read.ok) throw new RuntimeHostError(read.error);
    return read.value;
  }

  #saveWhole(state: RunState, dueAt: Instant | null): void {
    const { id } = state.header;
    const record = encoded(() => this.#codec.encode(state));
    const small = isSmall(state, record);
    // What a small run is stored in is written over; anything else may leave rows behind, as may one nobody remembers.
    if (this.#logs.delete(id) || !small || !this.#live.has(id)) this.#store.remove(id);
    this.#store.write(id, textParts(RECORD, record, dueAt));
    if (!small) this.#logs.set(id, new RingLog(record.length));
  }
}

/** What writing a run down came to. A run that is too large or too deep for a text is its own trouble, and nobody else's. */
function encoded(encode: () => string): string {
  try {
    return encode();
  } catch (cause) {
    const why = cause instanceof Error ? cause.name : "an exception";
    throw new RuntimeHostError(fault("RUN_UNSTORABLE", `the run cannot be written down: ${why}`), { cause });
  }
}

const isSmall = ({ plan }: RunState, record: string): boolean =>
  plan.segments.length <= WHOLE_MAX_SEGMENTS && record.length <= WHOLE_MAX_CHARS;

const isOverlong = ({ chars, baseChars }: RingLog): boolean => chars > LOG_MAX_CHARS + LOG_MAX_RATIO * baseChars;

/** When the run as a whole needs attention: at its deadline, or when its question for another plan goes out again. */
function headerDue({ deadlineAt, replanning }: RunHeader): Instant | null {
  const askedUntil = replanning?.question?.until ?? null;
  if (deadlineAt === null || askedUntil === null) return deadlineAt ?? askedUntil;
  return Math.min(deadlineAt, askedUntil);
}

/** The next moment a run needs attention: a lease, a backoff, a question or its deadline; `flushAt` once it has ended. */
export function dueOf({ header, segments }: RunState, flushAt: Instant): Instant | null {
  if (TERMINAL_RUN.has(header.status)) return flushAt;
  const [whole, part] = [headerDue(header), nextDue(segments)];
  return whole === null || part === null ? (whole ?? part) : Math.min(whole, part);
}
