import type { Instant } from "../run/model/state.ts";
import type { PoolEnd, PoolEntry, PoolItem, PoolLease, RunnerId, RunnerPresence } from "./pool-item.ts";
import { WaitingItems } from "./waiting-items.ts";
import type { WorkItemToken } from "./work-item.ts";

/** A runner is taken for lost when it was not heard of for so long, in milliseconds. It is heard of every second. */
export const HEARTBEAT_MS = 15_000;
/** A runner that asks for no work for so long is not alive, in milliseconds. It asks every twenty seconds. */
export const PRESENCE_MS = 45_000;
/** Beyond an attempt's time a runner may take this long to end it and say so, in milliseconds. */
export const REPORT_MS = 5_000;

/** So many processes that are gone are remembered. */
const MOST_GONE = 1_000;
/** An attempt that has not ended in time ends as its runner's loss when the runner was silent for so long, in milliseconds. */
const SILENCE_MS = 3_000;

interface Known extends RunnerPresence {
  readonly heardAt: Instant;
}

/** What a runner's word on its items came to. */
export interface Heartbeat {
  /** Items that are not, or no longer, this runner's: nobody waits for what it makes of them. */
  readonly lost: readonly WorkItemToken[];
  /** Another process has taken the node id: it gets no more work. */
  readonly replaced: boolean;
}

/**
 * A pool: what waits for runners, who has what, and who is alive. Decides and keeps account; the ring's token stays the
 * fence, so whatever goes wrong here, a stale answer changes nothing. Changes are taken out to be stored.
 */
export class PoolBook {
  readonly #entries = new Map<WorkItemToken, PoolEntry>();
  readonly #waiting = new WaitingItems();
  /** `run|segment` → its item: a later dispatch of the same segment takes an earlier one's place. */
  readonly #bySegment = new Map<string, WorkItemToken>();
  readonly #runners = new Map<string, Known>();
  /** Instances that have left. */
  readonly #left = new Set<string>();
  /** Instances whose node id another has taken. */
  readonly #replaced = new Set<string>();
  #changes = new Map<WorkItemToken, PoolEntry | null>();

  /** @param stored entries as they were stored; who has one is taken to have been heard of now */
  constructor(stored: Iterable<PoolEntry>, now: Instant) {
    for (const { item, lease } of stored)
      this.#put({ item, lease: lease && { ...lease, heardUntil: now + HEARTBEAT_MS } });
    this.#changes = new Map();
  }

  /** The item waits from now on. One that is here already, or an older dispatch of one that is here, changes nothing. */
  offer(item: PoolItem): boolean {
    if (this.#entries.has(item.token)) return false;
    const known = this.#entries.get(this.#bySegment.get(segmentOf(item)) ?? "");
    if (known && epochOf(known.item) > epochOf(item)) return false;
    if (known) this.#remove(known.item.token);
    this.#put({ item, lease: null });
    return true;
  }

  /**
   * The runner is alive, and asks for work. `replaced` when another process has taken its node id: the last one to come has
   * it, so that a runner that was started again is not kept out by its own ghost. `takes over` when it just did so itself.
   */
  announce(runner: RunnerPresence, now: Instant): "welcome" | "takes over" | "replaced" {
    if (this.#left.has(runner.instance)) return "welcome";
    if (this.#replaced.has(runner.instance)) return "replaced";
    const known = this.#runners.get(runner.nodeId);
    this.#runners.set(runner.nodeId, { ...runner, heardAt: now });
    if (!known || known.instance === runner.instance) return "welcome";
    remember(this.#replaced, known.instance);
    return "takes over";
  }

  /** Leases the first items that the runner can execute; a runner that was replaced gets none. */
  take(runner: RunnerPresence, most: number, now: Instant): readonly PoolItem[] {
    if (this.#replaced.has(runner.instance) || this.#left.has(runner.instance)) return [];
    const { nodeId, instance } = runner;
    return this.#waiting.first(new Set(runner.kinds), most).flatMap((token) => {
      const entry = this.#entries.get(token);
      if (!entry || entry.item.queueUntil <= now) return [];
      const { item } = entry;
      const endsAt = now + item.timeoutMs + REPORT_MS;
      this.#put({ item, lease: { nodeId, instance, leasedAt: now, heardUntil: now + HEARTBEAT_MS, endsAt } });
      return [item];
    });
  }

  /** The runner says that it still has these items. What is another's stays so. */
  heartbeat(runner: RunnerId, tokens: readonly WorkItemToken[], now: Instant): Heartbeat {
    const known = this.#runners.get(runner.nodeId);
    if (known?.instance === runner.instance) this.#runners.set(runner.nodeId, { ...known, heardAt: now });
    const lost = tokens.filter((token) => {
      const entry = this.#entries.get(token);
      const lease = entry?.lease;
      if (!entry || !lease || lease.instance !== runner.instance) return true;
      // Kept in memory alone: a pool that wakes up takes every runner to have been heard of.
      this.#entries.set(token, { ...entry, lease: { ...lease, heardUntil: now + HEARTBEAT_MS } });
      return false;
    });
    return { lost, replaced: this.#replaced.has(runner.instance) };
  }

  /** The runner gives these items up: they end as if it were lost, and at once. */
  giveBack(runner: RunnerId, tokens: readonly WorkItemToken[]): readonly PoolEnd[] {
    return tokens.flatMap((token): readonly PoolEnd[] => {
      const entry = this.#entries.get(token);
      return entry?.lease?.instance === runner.instance ? [{ why: "given back", entry }] : [];
    });
  }

  /** The runner leaves: it is not alive any more. */
  leave({ nodeId, instance }: RunnerId): void {
    remember(this.#left, instance);
    if (this.#runners.get(nodeId)?.instance === instance) this.#runners.delete(nodeId);
    this.#replaced.delete(instance);
  }

  /** Nobody waits for the item any more, because it is answered or its run is over. */
  settle(token: WorkItemToken): void {
    if (this.#entries.has(token)) this.#remove(token);
  }

  /** What has to end now: waited or taken too long, or with a runner that is lost. It stays until it is settled. */
  due(now: Instant): readonly PoolEnd[] {
    return [...this.#entries.values()].flatMap((entry): readonly PoolEnd[] => {
      const { item, lease } = entry;
      if (!lease) return item.queueUntil <= now ? [{ why: "queue", entry, alive: this.#aliveFor(item.kind, now) }] : [];
      if (lease.endsAt <= now) return [{ why: isSilent(lease, now) ? "lost" : "time", entry }];
      return lease.heardUntil <= now ? [{ why: "lost", entry }] : [];
    });
  }

  /** When something has to end, or null. */
  nextDue(): Instant | null {
    let next: Instant | null = null;
    for (const entry of this.#entries.values()) {
      const at = dueAt(entry);
      if (next === null || at < next) next = at;
    }
    return next;
  }

  entry(token: WorkItemToken): PoolEntry | null {
    return this.#entries.get(token) ?? null;
  }

  get entries(): Iterable<PoolEntry> {
    return this.#entries.values();
  }

  /** Whether the process has said that it asks for no more work. */
  hasLeft({ instance }: RunnerId): boolean {
    return this.#left.has(instance);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Who is alive now, by node id. */
  runners(now: Instant): readonly Known[] {
    for (const [nodeId, { heardAt }] of this.#runners) if (heardAt + PRESENCE_MS <= now) this.#runners.delete(nodeId);
    return [...this.#runners.values()].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
  }

  /** What has changed since this was last asked; null for an item that is gone. */
  takeChanges(): ReadonlyMap<WorkItemToken, PoolEntry | null> {
    const changes = this.#changes;
    this.#changes = new Map();
    return changes;
  }

  #aliveFor(kind: string, now: Instant): number {
    return this.runners(now).filter(({ kinds }) => kinds.includes(kind)).length;
  }

  #put(entry: PoolEntry): void {
    const { item, lease } = entry;
    this.#entries.set(item.token, entry);
    this.#bySegment.set(segmentOf(item), item.token);
    if (lease) this.#waiting.remove(item);
    else this.#waiting.add(item);
    this.#changes.set(item.token, entry);
  }

  #remove(token: WorkItemToken): void {
    const entry = this.#entries.get(token);
    if (!entry) return;
    this.#entries.delete(token);
    this.#waiting.remove(entry.item);
    if (this.#bySegment.get(segmentOf(entry.item)) === token) this.#bySegment.delete(segmentOf(entry.item));
    this.#changes.set(token, null);
  }
}

/** When an entry has to end if nothing is heard of it. */
export const dueAt = ({ item, lease }: PoolEntry): Instant =>
  lease ? Math.min(lease.heardUntil, lease.endsAt) : item.queueUntil;

/** A runner that is alive was heard of a moment ago: that an attempt is not over may be due to its runner's death. */
const isSilent = ({ heardUntil }: PoolLease, now: Instant): boolean => heardUntil - HEARTBEAT_MS + SILENCE_MS <= now;

/** The last ones alone: who has left asks for nothing any more. */
function remember(instances: Set<string>, instance: string): void {
  instances.add(instance);
  const [oldest] = instances;
  if (instances.size > MOST_GONE && oldest !== undefined) instances.delete(oldest);
}

const segmentOf = ({ id }: PoolItem): string => `${id.runId}|${id.segment}`;

/** A ring numbers the dispatches of a segment: `s0.3` is its third. */
const epochOf = ({ id }: PoolItem): number => Number(id.lease.slice(id.lease.lastIndexOf(".") + 1));
