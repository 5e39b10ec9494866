import type { Instant } from "../run/model/state.ts";
import type { WorkItemId, WorkItemToken } from "./work-item.ts";

/** One attempt at a step, as its pool keeps it: who it is and until when, but none of its values. */
export interface PoolItem {
  readonly token: WorkItemToken;
  readonly id: WorkItemId;
  readonly correlationId: string;
  readonly node: string;
  readonly version: string;
  /** What a runner must be able to execute: the entrypoint's type. */
  readonly kind: string;
  /** Higher goes first, −10 to 10. */
  readonly priority: number;
  /** One attempt may take this long once a runner has it, in milliseconds. */
  readonly timeoutMs: number;
  readonly offeredAt: Instant;
  /** Without a runner until then the attempt fails. */
  readonly queueUntil: Instant;
}

/** Which process leases: two with one node id are told apart by their instance. */
export interface RunnerId {
  readonly nodeId: string;
  /** Random, of the process's own. */
  readonly instance: string;
}

/** What a runner says of itself whenever it asks for work. */
export interface RunnerPresence extends RunnerId {
  readonly version: string;
  /** The entrypoint types it can execute. */
  readonly kinds: readonly string[];
  /** How many processes it runs at once. */
  readonly concurrency: number;
  /** How many it runs now. */
  readonly running: number;
}

/** A runner has the item. */
export interface PoolLease extends RunnerId {
  readonly leasedAt: Instant;
  /** Without a heartbeat until then the runner is lost. */
  readonly heardUntil: Instant;
  /** Heartbeats do not help beyond this: the attempt's own time is over. */
  readonly endsAt: Instant;
}

export interface PoolEntry {
  readonly item: PoolItem;
  readonly lease: PoolLease | null;
}

/** Why an item left its pool without an answer. */
export type PoolEnd =
  /** No runner took it in time. `alive`: runners that could have. */
  | { readonly why: "queue"; readonly entry: PoolEntry; readonly alive: number }
  /** Its runner was not heard of any more, or gave it back. */
  | { readonly why: "lost" | "given back"; readonly entry: PoolEntry }
  /** Its runner is alive and has not ended it in time. */
  | { readonly why: "time"; readonly entry: PoolEntry };
