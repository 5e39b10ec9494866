import type { Clock } from "../../spi/clock.ts";

/** How much one consumer takes on beyond what it was delivered. */
export interface HandOverSettings {
  /**
   * Nothing more is taken so long after the consumer began, in milliseconds. A hand-over saves a hop through the queue:
   * a step that takes seconds does not notice a hop, but what waits in the queue behind it would notice its seconds.
   */
  readonly withinMs: number;
  /** Work items at once, where the delivery did not bring more. */
  readonly atOnce: number;
}

export const DEFAULT_HAND_OVER: HandOverSettings = { withinMs: 2_000, atOnce: 16 };

/** The work items a consumer has under way at once: one that ends makes room for one that is handed over. */
export class Seats {
  readonly #clock: Clock;
  readonly #until: number;
  readonly #all: number;
  #taken: number;

  constructor(delivered: number, clock: Clock, { withinMs, atOnce }: HandOverSettings) {
    this.#clock = clock;
    this.#until = clock.now() + withinMs;
    this.#all = Math.max(delivered, atOnce);
    this.#taken = delivered;
  }

  /** Some work items have ended. Keeps every free seat and answers how many those are: none once the time is over. */
  offer(ended: number): number {
    this.#taken -= ended;
    if (this.#clock.now() >= this.#until) return 0;
    const free = this.#all - this.#taken;
    this.#taken = this.#all;
    return free;
  }

  /** Seats that were kept, or whose work came to nothing, are free again. */
  release(seats: number): void {
    this.#taken -= seats;
  }
}
