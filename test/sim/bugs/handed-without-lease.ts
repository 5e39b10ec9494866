import { changed, type Bug } from "./bug.ts";

/** What a ring hands over bears a token of its own making, which no lease has. */
export const handedWithoutLease: Bug = {
  name: "a work item is handed over without its lease",
  breaks: ["handed"],
  plant: () => ({
    ring: (ring) =>
      changed(ring, {
        async answer(...asked) {
          const items = await ring.answer(...asked);
          return items.map((item) => ({ ...item, epoch: item.epoch + 1, token: `${item.segment}.${item.epoch + 1}` }));
        },
      }),
  }),
};
