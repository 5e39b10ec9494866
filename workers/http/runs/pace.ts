/** Waits this many milliseconds; injected, so tests need no time. */
export type Sleep = (ms: number) => Promise<void>;

export const systemSleep: Sleep = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const FIRST_MS = 200;
const LONGEST_MS = 2_000;
const GROWTH = 1.5;

/** The pause before asking a run again: short after news, growing while nothing happens, never long. */
export const nextPause = (previousMs: number | null): number =>
  previousMs === null ? FIRST_MS : Math.min(previousMs * GROWTH, LONGEST_MS);
