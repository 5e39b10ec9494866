import type { Clock } from "../../spi/clock.ts";

/** A clock that stands still until it is moved. */
export interface FixedClock extends Clock {
  set(now: number): void;
  advance(ms: number): void;
}

/** @param start milliseconds since the epoch */
export function fixedClock(start: number): FixedClock {
  let now = start;
  return {
    now: () => now,
    set: (to) => {
      now = to;
    },
    advance: (ms) => {
      now += ms;
    },
  };
}

/** A clock that moves by `stepMs` each time it is read: no two readings are equal. */
export function steppingClock(start: number, stepMs = 1): Clock {
  let next = start;
  return {
    now: () => {
      const now = next;
      next += stepMs;
      return now;
    },
  };
}
