import { changed, type Bug } from "./bug.ts";

/** What a ring hands over bears a token of its own making, which no lease has. */
export const handedWithoutLease: Bug = {
  name: "a work is handed over without its lease",
  breaks: ["handed"],
  plant: () => ({
    ring: (ring) =>
      changed(ring, {
        async answer(...asked) {
          const works = await ring.answer(...asked);
          return works.map((work) => ({ ...work, epoch: work.epoch + 1, token: `${work.segment}.${work.epoch + 1}` }));
        },
      }),
  }),
};
