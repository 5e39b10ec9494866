import type { PoolItem } from "./pool-item.ts";
import type { WorkItemToken } from "./work-item.ts";

/** What waits in a pool, in the order in which it goes: the highest priority first, and within one whoever came first. */
export class WaitingItems {
  /** Priority → kind → items. A runner that cannot execute a kind steps over all of it at once. */
  readonly #queues = new Map<number, Map<string, Set<WorkItemToken>>>();
  /** Its number in the order of coming. */
  readonly #arrivals = new Map<WorkItemToken, number>();
  #next = 0;

  get size(): number {
    return this.#arrivals.size;
  }

  add({ token, priority, kind }: PoolItem): void {
    if (this.#arrivals.has(token)) return;
    this.#arrivals.set(token, this.#next++);
    const kinds = this.#queues.get(priority) ?? new Map<string, Set<WorkItemToken>>();
    this.#queues.set(priority, kinds);
    const queue = kinds.get(kind) ?? new Set();
    kinds.set(kind, queue);
    queue.add(token);
  }

  remove({ token, priority, kind }: PoolItem): void {
    if (!this.#arrivals.delete(token)) return;
    const kinds = this.#queues.get(priority);
    const queue = kinds?.get(kind);
    queue?.delete(token);
    if (queue?.size === 0) kinds?.delete(kind);
    if (kinds?.size === 0) this.#queues.delete(priority);
  }

  /** The first items of these kinds, at most so many. */
  first(kinds: ReadonlySet<string>, most: number): readonly WorkItemToken[] {
    const found: WorkItemToken[] = [];
    for (const priority of [...this.#queues.keys()].sort((a, b) => b - a)) {
      const own = [...(this.#queues.get(priority) ?? [])].filter(([kind]) => kinds.has(kind));
      const heads = own.flatMap(([, queue]) => [...firstOf(queue, most - found.length)]);
      heads.sort((a, b) => (this.#arrivals.get(a) ?? 0) - (this.#arrivals.get(b) ?? 0));
      found.push(...heads.slice(0, most - found.length));
      if (found.length >= most) break;
    }
    return found;
  }
}

function* firstOf<T>(items: Iterable<T>, most: number): Iterable<T> {
  let left = most;
  for (const item of items) {
    if (left-- <= 0) return;
    yield item;
  }
}
