import type { Instant } from "../../core/run/model/state.ts";
import type { RingAlarm, RingStore } from "../../spi/ring-store.ts";

/** All moments a ring waits for, multiplexed over its one alarm. One timer an owner. */
export class RingTimers {
  readonly #due = new Map<string, Instant>();
  readonly #alarm: RingAlarm;
  readonly #remains: RingStore["remains"];
  #armedFor: Instant | null = null;

  constructor(store: RingStore, alarm: RingAlarm) {
    this.#alarm = alarm;
    this.#remains = store.remains;
    for (const { owner, dueAt } of store.timers()) this.#due.set(owner, dueAt);
  }

  /** Arms the alarm if this is the earliest moment yet. Called before the mutation it guards. */
  guard(at: Instant | null): void {
    if (at === null || (this.#armedFor !== null && this.#armedFor <= at)) return;
    this.#armedFor = at;
    this.#alarm.arm(at);
  }

  /** After a change that may have removed parts: what is left of them is erased in time, whether or not a run is due. */
  guardRemains(): void {
    this.guard(this.#remains?.dueAt() ?? null);
  }

  /** What the owner waits for; null for nothing. */
  at(owner: string): Instant | null {
    return this.#due.get(owner) ?? null;
  }

  set(owner: string, at: Instant | null): void {
    if (at === null) this.#due.delete(owner);
    else this.#due.set(owner, at);
  }

  /** The alarm has fired: what is due, earliest first. */
  fired(now: Instant): readonly string[] {
    this.#armedFor = null;
    this.#remains?.erase(now);
    return [...this.#due]
      .filter(([, at]) => at <= now)
      .sort(([, a], [, b]) => a - b)
      .map(([owner]) => owner);
  }

  /** As `rearm`, when what the alarm is set for has been put off. */
  postpone(): void {
    this.#armedFor = null;
    this.rearm();
  }

  /** Arms for whatever is next; called once the due ones are handled. */
  rearm(): void {
    let next: Instant | null = this.#remains?.dueAt() ?? null;
    for (const at of this.#due.values()) if (next === null || at < next) next = at;
    this.guard(next);
  }
}
