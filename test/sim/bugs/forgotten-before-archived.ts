import { changed, type Bug } from "./bug.ts";

/** A ring that has handed its finished runs out considers them gone. */
export const forgottenBeforeArchived: Bug = {
  name: "a ring forgets its runs when they are fetched",
  breaks: ["balanced", "kept"],
  plant: () => ({
    ring: (ring) =>
      changed(ring, {
        batch(number) {
          const batch = ring.batch(number);
          ring.archived(number);
          return batch;
        },
      }),
  }),
};
