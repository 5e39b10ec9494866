import type { RunId } from "../../core/run/state.ts";

/** Callers that hold their answer until a run ends. Lives in memory only: whoever waits on an evicted ring asks again. */
export class RingWaiters {
  readonly #waiting = new Map<RunId, Set<() => void>>();

  wait(id: RunId, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(id) ?? new Set();
      this.#waiting.set(id, waiting);
      const done = (): void => {
        clearTimeout(timer);
        waiting.delete(done);
        if (waiting.size === 0) this.#waiting.delete(id);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      waiting.add(done);
    });
  }

  wake(id: RunId): void {
    for (const done of [...(this.#waiting.get(id) ?? [])]) done();
  }
}
