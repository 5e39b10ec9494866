import type { Bug } from "./bug.ts";

/** Everybody is told to come in, and the books are kept afterwards. */
export const limitNotAwaited: Bug = {
  name: "a work item is let through whatever its limit says",
  breaks: ["limited"],
  plant: () => ({
    limiter: (limiter) => ({
      async acquire(limit, requests) {
        const { called } = await limiter.acquire(limit, requests);
        return { called, turns: requests.map(() => ({ granted: true })) };
      },
      release: (limit, leaving) => limiter.release(limit, leaving),
    }),
  }),
};
