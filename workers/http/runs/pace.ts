/** Waits this many milliseconds; injected, so tests need no time. */
export type Sleep = (ms: number) => Promise<void>;

export const systemSleep: Sleep = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
