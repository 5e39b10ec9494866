import type { Bug } from "./bug.ts";

/** A turn lasts until it is given back, whatever becomes of its holder. */
export const slotNeverExpires: Bug = {
  name: "a limiter's slot never expires",
  breaks: ["ends"],
  plant: () => ({
    limiter: (limiter) => ({
      acquire: (limit, requests) =>
        limiter.acquire(
          limit,
          requests.map((request) => ({ ...request, holdMs: Number.MAX_SAFE_INTEGER / 2 })),
        ),
      release: (limit, leaving) => limiter.release(limit, leaving),
    }),
  }),
};
