import type { Timer } from "../../src/spi/timer.ts";

interface Wake {
  readonly at: number;
  readonly wake: () => void;
}

/** Timers that go when a test says so. */
export class ManualTimer implements Timer {
  now = 0;
  readonly #wakes = new Set<Wake>();

  /** How many have been set and neither gone off nor been called off. */
  get waiting(): number {
    return this.#wakes.size;
  }

  after(ms: number, wake: () => void): () => void {
    const one = { at: this.now + ms, wake };
    this.#wakes.add(one);
    return () => void this.#wakes.delete(one);
  }

  /** The wake-up that is due first, which does not go off by itself any more; null when none is set. */
  takeNext(): (() => void) | null {
    const [next] = [...this.#wakes].sort((a, b) => a.at - b.at);
    if (!next) return null;
    this.#wakes.delete(next);
    return next.wake;
  }

  /** Lets time pass; whatever a wake-up sets going has its turn before the next one. */
  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      const [next] = [...this.#wakes].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.now = next.at;
      this.#wakes.delete(next);
      next.wake();
      await settled();
    }
    this.now = end;
    await settled();
  }
}

/** Everything that waits only for promises is done. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
