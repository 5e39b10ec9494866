import { RuntimeHostError } from "../../core/errors.ts";
import type { RunCodec } from "../../core/run/codec/codec.ts";
import type { RunId } from "../../core/run/model/state.ts";
import { partingOf, type Departure, type Parting } from "../../core/run/reduce/departure.ts";
import type { StoredForms } from "../../core/stored/forms.ts";
import { codecOf } from "../runs/run-codec.ts";
import type { RingRuns } from "./runs.ts";

/**
 * Records at hand are kept until they have left, up to this many characters in all; others are read when they leave. Many
 * rings may share the memory of one isolate.
 */
const MAX_KEPT_CHARS = 1024 * 1024;

/** What is to be known of finished runs is kept for so many; of others it is found in their records once they leave. */
const MAX_KNOWN = 1_000;

/** A finished run whose record need not be read, as far as that is at hand. */
export interface Ended {
  readonly parting: Parting;
  readonly record: string | null;
  /** About as many as it is stored in. */
  readonly chars: number;
}

/** A run that could not leave with the others, and what was thrown. */
export interface Stranded {
  readonly id: RunId;
  readonly thrown: unknown;
}

/** What is at hand of a ring's finished and leaving runs, so that few of their records are read again. */
export class EndedRuns {
  readonly #runs: RingRuns;
  readonly #codec: RunCodec;
  readonly #known = new Map<RunId, Ended>();
  #keptChars = 0;

  constructor(runs: RingRuns, forms: StoredForms) {
    this.#runs = runs;
    this.#codec = codecOf(forms);
  }

  /** The run's record is at hand, and what is to be known of it. */
  keep(id: RunId, { record, ...parting }: Parting & { readonly record: string }): void {
    const { length: chars } = record;
    this.#know(id, { parting, chars, record: this.#keptChars + chars > MAX_KEPT_CHARS ? null : record });
  }

  /** What is to be known of an ended run, with about as many characters as it is stored in; null when it is not there. */
  of(id: RunId): Ended | null {
    const known = this.#known.get(id);
    if (known) return known;
    const ended = this.#runs.ended(id);
    if (ended === null) return null;
    const seen: Ended = { parting: partingOf(ended.state), chars: ended.chars, record: null };
    this.#know(id, seen);
    return seen;
  }

  departure(id: RunId): Departure | null {
    const known = this.#known.get(id);
    const record = known?.record ?? this.#runs.record(id);
    if (record === null) return null;
    const { summary, sequel, cacheable } = known?.parting ?? this.#partingIn(record);
    return { record, summary, sequel, cacheable };
  }

  #partingIn(record: string): Parting {
    const read = this.#codec.read(record);
    if (!read.ok) throw new RuntimeHostError(read.error);
    return partingOf(read.value);
  }

  #know(id: RunId, known: Ended): void {
    this.forget(id);
    if (this.#known.size >= MAX_KNOWN) return;
    this.#known.set(id, known);
    this.#keptChars += known.record?.length ?? 0;
  }

  forget(id: RunId): void {
    this.#keptChars -= this.#known.get(id)?.record?.length ?? 0;
    this.#known.delete(id);
  }
}

/** What comes of it, or who could not leave because of what was thrown. */
export function attempt<T>(id: RunId, work: () => T): T | Stranded {
  try {
    return work();
  } catch (thrown) {
    return { id, thrown };
  }
}
