import type { Heartbeat } from "../core/pool/pool-book.ts";
import type { LogLine } from "../core/pool/step-log.ts";
import type { PoolItem, RunnerId, RunnerPresence } from "../core/pool/pool-item.ts";
import type { WorkItemToken } from "../core/pool/work-item.ts";
import type { Told } from "./ring-face.ts";

/** A pool's name within its tenant. */
export interface PoolId {
  readonly tenant: string;
  readonly name: string;
}

/** A runner asks for work. */
export interface LeaseRequest {
  readonly runner: RunnerPresence;
  /** At most so many items. */
  readonly most: number;
  /** How long to wait for the first, in milliseconds. */
  readonly waitMs: number;
}

/** What a runner says while it has items. */
export interface HeartbeatRequest {
  readonly runner: RunnerId;
  readonly items: readonly WorkItemToken[];
  /** What the processes wrote since, by item. */
  readonly logs: Readonly<Record<WorkItemToken, readonly LogLine[]>>;
  /** Items it will not end. */
  readonly giveBack: readonly WorkItemToken[];
  /** It asks for no more work. */
  readonly leaving: boolean;
}

/** A runner that is alive. */
export interface RunnerView extends RunnerPresence {
  /** How long ago it was heard of, in milliseconds. */
  readonly heardMs: number;
}

export interface PoolView {
  readonly waiting: number;
  readonly leased: number;
  /** How long the one that came first has waited, in milliseconds; null when nothing waits. */
  readonly oldestMs: number | null;
  readonly runners: readonly RunnerView[];
}

/** One pool, as whoever uses it reaches it: the face of `app/pools`, in the same process or in an object of its own. */
export interface PoolFace {
  /** Items wait from now on; those that are here already change nothing. */
  offer(items: readonly PoolItem[]): Told<void>;
  /** Leases items, as soon as there is one; null when another process has taken the runner's node id. */
  lease(request: LeaseRequest): Promise<readonly PoolItem[] | null>;
  heartbeat(request: HeartbeatRequest): Promise<Heartbeat>;
  /** Nobody waits for these items any more. */
  settle(tokens: readonly WorkItemToken[]): Told<void>;
  view(): Told<PoolView>;
  /** What the processes of these items have written so far, as far as it is known. */
  logs(tokens: readonly WorkItemToken[]): Told<Readonly<Record<WorkItemToken, readonly LogLine[]>>>;
}

/** Every pool of every tenant. The methods of a pool reject with SERVICE_UNAVAILABLE when it cannot be reached. */
export interface Pools {
  at(id: PoolId): PoolFace;
}
