import { faultOf } from "../../core/errors.ts";
import type { WorkItem } from "../../core/run/dispatch/work-item.ts";
import { TERMINAL_RUN, type Instant, type RunId } from "../../core/run/model/state.ts";
import type { RetryReceipt } from "../../spi/run-coordinator.ts";
import { isQuarantined } from "../../core/run/quarantine/quarantine.ts";
import { announceEnd } from "../archive/announce-end.ts";
import type { Heard, RingBook } from "./book.ts";
import type { Decided } from "./decisions.ts";
import type { RingDepartures } from "./departures.ts";
import { KEYS, purgeKeys } from "./keys.ts";
import { UNTOLD } from "./marks.ts";
import { NEWS } from "./news.ts";
import type { Stranded } from "./ended-runs.ts";
import { OUTBOX } from "./outbox.ts";
import type { RingPorts } from "./ports.ts";
import { postOf, publishPost } from "./post.ts";
import { isExpired, tombstoneOf } from "./tombstones.ts";
import { RingWaiters } from "./waiters.ts";
import type { RingWard } from "./ward.ts";

/** What could not be done for one run because of the storage is tried again after this time, in milliseconds. */
const AGAIN_MS = 5_000;

/** What the departures see to. */
const OWN_TIMERS: ReadonlySet<string> = new Set([OUTBOX, NEWS, UNTOLD]);

/** What became of events for several runs: decisions, and what was thrown where a run is not to blame. */
interface Hearing {
  readonly decided: readonly Decided[];
  readonly refusals: readonly unknown[];
}

/** What a ring does with what it hears, and when its alarm rings: each run alone where runs cannot go together. */
export class RingLoop {
  readonly #book: RingBook;
  readonly #ward: RingWard;
  readonly #departures: RingDepartures;
  readonly #ports: RingPorts;
  /** Whoever waits for the end of a run. */
  readonly waiters: RingWaiters;
  /** Whoever waits for a run's next signal. */
  readonly watchers: RingWaiters;

  constructor(book: RingBook, ward: RingWard, departures: RingDepartures, ports: RingPorts) {
    this.#book = book;
    this.#ward = ward;
    this.#departures = departures;
    this.#ports = ports;
    this.waiters = new RingWaiters(ports.timer);
    this.watchers = new RingWaiters(ports.timer);
  }

  /** The alarm: due runs tick, finished runs leave, unanswered archive messages go out again. */
  async tick(): Promise<void> {
    const now = this.#ports.clock.now();
    const hindered: string[] = [];
    for (const owner of this.#book.memory.timers.fired(now)) {
      if (OWN_TIMERS.has(owner)) continue;
      try {
        if (owner === KEYS) this.#purgeKeys(now);
        else await this.#advance(owner, now);
      } catch (thrown) {
        hindered.push(owner);
        this.#note(owner, thrown);
      }
    }
    this.#putOff(hindered, now + AGAIN_MS);
    await this.#departures.flush(now);
    this.#book.memory.timers.rearm();
  }

  /** Takes a run out of quarantine, if it can be read and goes on by now. */
  async retry(id: RunId): Promise<RetryReceipt> {
    const now = this.#ports.clock.now();
    const tried = this.#ward.retry(id, now);
    if (!("state" in tried)) return tried;
    await this.settle(this.hear([{ id, event: { type: "tick" } }], now));
    this.#book.memory.timers.rearm();
    const found = this.#ward.find(id);
    return isQuarantined(found)
      ? { kind: "quarantined", ...found }
      : { kind: "released", status: (found ?? tried.state).header.status };
  }

  /** What is due for one owner. */
  async #advance(owner: string, now: Instant): Promise<void> {
    if (this.#book.memory.marks.has(owner)) return void (await this.retry(owner));
    // A leaving run is stored as due until it has left; from here its batch is what is waited for.
    if (this.#book.memory.outbox.isLeaving(owner)) return this.#book.memory.timers.set(owner, null);
    if (this.#expireTombstone(owner, now)) return;
    await this.settle(this.hear([{ id: owner, event: { type: "tick" } }], now));
  }

  /**
   * Something else than these owners stood in their way: they come back soon. Before anything is waited for: meanwhile a run
   * may go on, leave and wait for something else.
   */
  #putOff(owners: readonly string[], until: Instant): void {
    const { timers } = this.#book.memory;
    for (const owner of owners) timers.set(owner, until);
    if (owners.length > 0) timers.postpone();
  }

  #note(owner: string, thrown: unknown): void {
    this.#ports.log.warn("what was due for a run could not be done; it is tried again", {
      correlation_id: owner,
      run_id: owner,
      code: faultOf(thrown).code,
    });
  }

  /** Decides on all in one transaction, or on each run alone where they cannot go together. */
  hear(heard: readonly Heard[], now: Instant): Hearing {
    try {
      return { decided: this.#book.hear(heard, now), refusals: [] };
    } catch (thrown) {
      const byRun = Map.groupBy(heard, ({ id }) => id);
      const [first] = byRun.keys();
      if (byRun.size === 1 && first !== undefined) return this.#refused({ id: first, thrown });
      const hearings = [...byRun.values()].map((own) => this.hear(own, now));
      return {
        decided: hearings.flatMap(({ decided }) => decided),
        refusals: hearings.flatMap(({ refusals }) => refusals),
      };
    }
  }

  /** The run goes into quarantine, or whatever stood in its way is the answer. */
  #refused({ id, thrown }: Stranded): Hearing {
    try {
      this.#ward.setAside(id, thrown);
      this.wake(id);
      return { decided: [], refusals: [] };
    } catch (refusal) {
      return { decided: [], refusals: [refusal] };
    }
  }

  /** What follows a hearing; whoever asked is told what stood in somebody's way, and takes nothing on then. */
  async settle({ decided, refusals }: Hearing, take = 0): Promise<readonly WorkItem[]> {
    const handed = await this.act(decided, refusals.length > 0 ? 0 : take);
    if (refusals.length > 0) throw refusals[0];
    return handed;
  }

  /** What follows outside once everything is safe. Returns the work items that are handed over, at most `take`. */
  async act(decided: readonly Decided[], take = 0): Promise<readonly WorkItem[]> {
    for (const { state } of decided) this.watchers.wake(state.header.id);
    const ended = decided.flatMap(({ state: { header } }) => (TERMINAL_RUN.has(header.status) ? [header] : []));
    for (const { id } of ended) {
      this.#book.memory.outbox.finished(id);
      this.waiters.wake(id);
    }
    const { handed, messages, stranded } = postOf(decided, take);
    for (const one of stranded) this.#refused(one);
    await publishPost(messages, this.#ports);
    await Promise.all(ended.map((header) => announceEnd(header, this.#ports)));
    return handed;
  }

  wake(id: RunId): void {
    this.waiters.wake(id);
    this.watchers.wake(id);
  }

  #purgeKeys(now: Instant): void {
    const next = this.#book.commit(() => purgeKeys(this.#ports.store, now));
    this.#book.memory.timers.set(KEYS, next);
  }

  #expireTombstone(owner: string, now: Instant): boolean {
    if (!isExpired(tombstoneOf(this.#ports.store.read(owner)), now)) return false;
    this.#book.commit(() => this.#ports.store.remove(owner));
    this.#book.memory.timers.set(owner, null);
    return true;
  }
}
