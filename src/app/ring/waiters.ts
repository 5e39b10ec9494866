import type { RunId } from "../../core/run/model/state.ts";
import type { Timer } from "../../spi/timer.ts";

/** Callers that hold their answer until a run ends. Lives in memory only: whoever waits on an evicted ring asks again. */
export class RingWaiters {
  readonly #waiting = new Map<RunId, Set<() => void>>();
  readonly #timer: Timer;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  wait(id: RunId, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(id) ?? new Set();
      this.#waiting.set(id, waiting);
      const done = (): void => {
        cancel();
        waiting.delete(done);
        if (waiting.size === 0) this.#waiting.delete(id);
        resolve();
      };
      const cancel = this.#timer.after(timeoutMs, done);
      waiting.add(done);
    });
  }

  wake(id: RunId): void {
    for (const done of [...(this.#waiting.get(id) ?? [])]) done();
  }
}
