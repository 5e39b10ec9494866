import type { JsonObject, JsonValue } from "../../contracts/json/json.ts";
import type { Slot, Waiter } from "../../src/core/limit/book.ts";
import type { RingPart } from "../../src/spi/ring-store.ts";

/** What a release stored, a file each. */
export interface Recorded {
  readonly lives: readonly Life[];
  readonly rings: readonly RingMoment[];
  readonly limits: LimitEntries;
  readonly messages: readonly JsonValue[];
  readonly snapshots: readonly JsonValue[];
  readonly worker: KeptByWorker;
  /** Marks of runs in quarantine. */
  readonly marks: readonly string[];
}

/** A run as a ring stored it at some moment of its life, and what was true of it then. */
export interface Life {
  readonly shows: readonly string[];
  readonly parts: readonly RingPart[];
  readonly facts: JsonObject;
}

/** Everything a ring held at some moment. */
export interface RingMoment {
  readonly shows: string;
  readonly owners: Readonly<Record<string, readonly RingPart[]>>;
}

/** Entries of the limits' books, by id. */
export interface LimitEntries {
  readonly slots: Readonly<Record<string, Slot>>;
  readonly waiters: Readonly<Record<string, Waiter>>;
}

export type KeptRow = Readonly<Record<string, string | number | null>>;

/** Everything a Worker kept when it was stopped, table by table. */
export interface KeptByWorker {
  readonly database: Readonly<Record<string, readonly KeptRow[]>>;
  readonly blobs: Readonly<Record<string, string>>;
  /** Object class → SQL of its tables, and the rows of every object, by table. */
  readonly objects: Readonly<Record<string, KeptObjects>>;
}

export interface KeptObjects {
  readonly tables: Readonly<Record<string, string>>;
  readonly objects: readonly Readonly<Record<string, readonly KeptRow[]>>[];
}

/** What tests inside workerd are given of a release. */
export interface RecordedDatabases extends Pick<Recorded, "worker" | "limits"> {
  readonly release: string;
}
