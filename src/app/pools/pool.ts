import { faultOf } from "../../core/errors.ts";
import { dueAt, PoolBook, type Heartbeat } from "../../core/pool/pool-book.ts";
import { endFault } from "../../core/pool/end-fault.ts";
import type { PoolEnd, PoolEntry, PoolItem } from "../../core/pool/pool-item.ts";
import { StepLog, type LogLine } from "../../core/pool/step-log.ts";
import type { WorkItemToken } from "../../core/pool/work-item.ts";
import type { Answer } from "../../core/run/dispatch/work-item.ts";
import type { Instant } from "../../core/run/model/state.ts";
import { STORED_FORMS } from "../../core/stored/forms.ts";
import { currentVersion, readStored } from "../../core/stored/stored-form.ts";
import type { Clock } from "../../spi/clock.ts";
import type { Log } from "../../spi/log.ts";
import type { HeartbeatRequest, LeaseRequest, PoolFace, PoolView } from "../../spi/pools.ts";
import type { RingAlarm, RingStore } from "../../spi/ring-store.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import type { Timer } from "../../spi/timer.ts";
import { RingTimers } from "../ring/timers.ts";
import { RingWaiters } from "../ring/waiters.ts";

export interface PoolPorts {
  readonly store: RingStore;
  readonly alarm: RingAlarm;
  readonly coordinator: Pick<RunCoordinator, "answer" | "undeliverable">;
  readonly clock: Clock;
  readonly log: Log;
  /** What ends a wait. */
  readonly timer: Timer;
  /** What decides; `core/pool` when absent. */
  readonly book?: (stored: Iterable<PoolEntry>, now: Instant) => PoolBook;
}

/** What could not be told to a ring is told again after this time, in milliseconds. */
const AGAIN_MS = 5_000;
/** All that waits for work waits for the same. */
const WORK = "work";

/**
 * One pool: the loop around `core/pool`, the same in a Durable Object and in memory. Items and leases are stored, presence
 * and logs are not. What ends here without an answer is told to its ring first and forgotten after, so that no run waits
 * for an item that is no more.
 */
export class Pool implements PoolFace {
  readonly #ports: PoolPorts;
  readonly #timers: RingTimers;
  readonly #waiters: RingWaiters;
  #book: PoolBook;
  readonly #logs = new Map<WorkItemToken, StepLog>();

  constructor(ports: PoolPorts) {
    const { store, alarm, timer } = ports;
    this.#ports = ports;
    this.#timers = new RingTimers(store, alarm);
    this.#waiters = new RingWaiters(timer);
    this.#book = this.#read();
  }

  offer(items: readonly PoolItem[]): void {
    let isNew = false;
    this.#change(() => {
      for (const item of items) isNew = this.#book.offer(item) || isNew;
    });
    if (isNew) this.#waiters.wake(WORK);
  }

  async lease({ runner, most, waitMs }: LeaseRequest): Promise<readonly PoolItem[] | null> {
    const { clock } = this.#ports;
    const until = clock.now() + waitMs;
    for (let inTime = waitMs > 0; ;) {
      const standing = this.#book.announce(runner, clock.now());
      if (standing === "replaced") return null;
      // Whoever had the node id before waits for nothing any more.
      if (standing === "takes over") this.#waiters.wake(WORK);
      const taken = this.#change(() => this.#book.take(runner, most, clock.now()));
      if (taken.length > 0 || !inTime || this.#book.hasLeft(runner)) return taken;
      inTime = await this.#waiters.wait(WORK, Math.max(0, until - clock.now()));
    }
  }

  async heartbeat({ runner, items, logs, giveBack, leaving }: HeartbeatRequest): Promise<Heartbeat> {
    const heard = this.#book.heartbeat(runner, items, this.#ports.clock.now());
    for (const [token, lines] of Object.entries(logs)) {
      if (this.#book.entry(token)?.lease?.instance !== runner.instance) continue;
      const log = this.#logs.get(token) ?? new StepLog();
      this.#logs.set(token, log);
      for (const line of lines) log.add(line);
    }
    if (leaving) {
      this.#book.leave(runner);
      // Its own call for work ends here.
      this.#waiters.wake(WORK);
    }
    await this.#end(this.#book.giveBack(runner, giveBack));
    return heard;
  }

  settle(tokens: readonly WorkItemToken[]): void {
    this.#change(() => {
      for (const token of tokens) this.#book.settle(token);
    });
    for (const token of tokens) this.#logs.delete(token);
  }

  view(): PoolView {
    const now = this.#ports.clock.now();
    const entries = [...this.#book.entries];
    const waiting = entries.filter(({ lease }) => lease === null);
    return {
      waiting: waiting.length,
      leased: entries.length - waiting.length,
      oldestMs: waiting.length === 0 ? null : Math.max(0, now - Math.min(...waiting.map(({ item }) => item.offeredAt))),
      runners: this.#book
        .runners(now)
        .map(({ heardAt, ...runner }) => ({ ...runner, heardMs: Math.max(0, now - heardAt) })),
    };
  }

  logs(tokens: readonly WorkItemToken[]): Readonly<Record<WorkItemToken, readonly LogLine[]>> {
    return Object.fromEntries(tokens.flatMap((token) => [[token, this.#logs.get(token)?.lines ?? []]]));
  }

  /** The alarm: what has waited or taken too long ends, and so does what a lost runner had. */
  async tick(): Promise<void> {
    const now = this.#ports.clock.now();
    this.#timers.fired(now);
    await this.#end(this.#book.due(now));
    this.#rearm();
  }

  /** Tells the rings; an item whose ring does not answer stays, and is told again. */
  async #end(ends: readonly PoolEnd[]): Promise<void> {
    if (ends.length === 0) return;
    const told = await Promise.all(ends.map((end) => this.#tell(end)));
    this.settle(told.flatMap((token) => token ?? []));
    if (told.includes(null)) this.#timers.guard(this.#ports.clock.now() + AGAIN_MS);
  }

  async #tell(end: PoolEnd): Promise<WorkItemToken | null> {
    const { coordinator, clock, log } = this.#ports;
    const { item, lease } = end.entry;
    const { runId, segment, lease: token, step } = item.id;
    const problem = endFault(end);
    try {
      if (end.why === "lost" || end.why === "given back") {
        await coordinator.undeliverable([{ runId, segment, token, fault: problem }]);
      } else {
        const startedAt = lease?.leasedAt ?? item.offeredAt;
        const durationMs = Math.max(0, clock.now() - startedAt);
        const outcome = { ok: false, fault: problem, inputHash: null, inputBytes: 0, startedAt, durationMs } as const;
        const answer: Answer = { runId, segment, token, results: [{ step, outcome }] };
        await coordinator.answer([answer]);
      }
      return item.token;
    } catch (thrown) {
      log.warn("a ring could not be told what became of a work item; it is told again", {
        correlation_id: item.correlationId,
        run_id: runId,
        code: faultOf(thrown).code,
      });
      return null;
    }
  }

  /** One transaction: the alarm is armed before it, and what it changed is one row an item. */
  #change<T>(work: () => T): T {
    const { store } = this.#ports;
    const answer = work();
    const changes = this.#book.takeChanges();
    if (changes.size === 0) return answer;
    for (const entry of changes.values()) this.#timers.guard(entry && dueAt(entry));
    try {
      store.transaction(() => {
        for (const [token, entry] of changes) {
          if (entry === null) store.remove(token);
          else store.write(token, [{ part: "item", body: bodyOf(entry), dueAt: dueAt(entry) }]);
        }
      });
    } catch (thrown) {
      // The book ran ahead of what is stored.
      this.#book = this.#read();
      throw thrown;
    }
    this.#timers.guardRemains();
    return answer;
  }

  #rearm(): void {
    this.#timers.guard(this.#book.nextDue());
    this.#timers.guardRemains();
  }

  #read(): PoolBook {
    const { book, clock } = this.#ports;
    const stored = this.#stored();
    return book ? book(stored, clock.now()) : new PoolBook(stored, clock.now());
  }

  #stored(): readonly PoolEntry[] {
    const { store, log } = this.#ports;
    return store.owners().flatMap((owner) => {
      const body = store.read(owner)[0]?.body ?? "";
      const read = readStored<PoolEntry, PoolEntry>(STORED_FORMS["pool entry"], body, ({ item, lease }) => ({
        item,
        lease,
      }));
      if (read.ok) return [read.value];
      log.error("a pool cannot read an item of its own; it stays as it is stored", {
        correlation_id: owner.slice(0, 100),
        code: read.error.code,
      });
      return [];
    });
  }
}

const bodyOf = (entry: PoolEntry): string =>
  JSON.stringify({ v: currentVersion(STORED_FORMS["pool entry"]), ...entry });
