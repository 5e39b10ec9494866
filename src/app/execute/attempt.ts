import { fault, RuntimeHostError } from "../../core/errors.ts";
import type { Timer } from "../../spi/timer.ts";

/** The first question whether a lease still holds, and the longest time between two, in milliseconds. */
const FIRST_QUESTION_MS = 1_000;
const LAST_QUESTION_MS = 10_000;

export interface AttemptOptions {
  /** For the refusals: `node mail@1.0.0`. */
  readonly what: string;
  readonly timeoutMs: number;
  readonly timer: Timer;
  /** Whether the work is still wanted; asked of attempts that last. Without it nobody can take the work back. */
  readonly isWanted?: () => Promise<boolean>;
}

/**
 * Runs one attempt until it ends, its time is over (TIMEOUT_ERROR) or nobody waits for it any more (RUN_CANCELLED). In
 * the latter cases its signal is aborted and whatever it still does is of no interest. Who cannot say whether the work
 * is wanted wants it. What is returned at once has no time to be watched, and costs neither timer nor signal.
 */
export async function attempt<T>(
  run: (signal: () => AbortSignal) => T | Promise<T>,
  options: AttemptOptions,
): Promise<T> {
  let made: AbortController | null = null;
  const abort = (): AbortController => (made ??= new AbortController());
  const returned = run(() => abort().signal);
  return isPromise(returned) ? watched(returned, () => abort().abort(), options) : returned;
}

/** What comes from another object is a promise of its own kind. */
const isPromise = <T>(returned: T | Promise<T>): returned is Promise<T> =>
  typeof (returned as { readonly then?: unknown } | null | undefined)?.then === "function";

async function watched<T>(
  running: Promise<T>,
  abort: () => void,
  { timer, what, timeoutMs, isWanted }: AttemptOptions,
): Promise<T> {
  const cancels = new Set<() => void>();
  let ended = false;
  const after = (ms: number, wake: () => void): void => {
    const cancel = timer.after(ms, () => {
      cancels.delete(cancel);
      wake();
    });
    cancels.add(cancel);
  };
  const stopped = new Promise<never>((_, reject) => {
    const stop = (problem: RuntimeHostError): void => {
      abort();
      reject(problem);
    };
    after(timeoutMs, () =>
      stop(new RuntimeHostError(fault("TIMEOUT_ERROR", `${what} did not end within ${timeoutMs} ms`))),
    );
    const watch = (ms: number, ask: () => Promise<boolean>): void =>
      after(ms, () => {
        void ask()
          .catch(() => true)
          .then((wanted) => {
            if (ended) return;
            if (wanted) return watch(Math.min(ms * 2, LAST_QUESTION_MS), ask);
            const problem = fault("RUN_CANCELLED", `nobody waits for ${what} any more`, { retryable: false });
            stop(new RuntimeHostError(problem));
          });
      });
    if (isWanted) watch(FIRST_QUESTION_MS, isWanted);
  });
  try {
    return await Promise.race([running, stopped]);
  } finally {
    ended = true;
    for (const cancel of cancels) cancel();
  }
}
