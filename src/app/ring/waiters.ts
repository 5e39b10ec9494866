import type { RunId } from "../../core/run/model/state.ts";
import type { Timer } from "../../spi/timer.ts";

/** Callers that hold their answer until they are woken. Lives in memory only: whoever waits on an evicted ring asks again. */
export class RingWaiters {
  readonly #waiting = new Map<RunId, Set<() => void>>();
  readonly #timer: Timer;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  /** True once woken, false when the time is over. */
  wait(id: RunId, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(id) ?? new Set();
      this.#waiting.set(id, waiting);
      const leave = (woken: boolean): void => {
        cancel();
        waiting.delete(wake);
        if (waiting.size === 0) this.#waiting.delete(id);
        resolve(woken);
      };
      const wake = (): void => leave(true);
      const cancel = this.#timer.after(timeoutMs, () => leave(false));
      waiting.add(wake);
    });
  }

  wake(id: RunId): void {
    for (const wake of [...(this.#waiting.get(id) ?? [])]) wake();
  }
}
