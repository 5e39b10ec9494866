import { changed, type Bug } from "./bug.ts";

/** A ring says yes to a run and writes it afterwards. */
export const acknowledgedBeforeWritten: Bug = {
  name: "a run is acknowledged before it is written",
  breaks: ["kept"],
  plant: () => ({
    ring: (ring) =>
      changed(ring, {
        submit(submission) {
          void ring.submit(submission).catch(() => undefined);
          return Promise.resolve({ kind: "accepted", record: null });
        },
      }),
  }),
};
