import type { Bug } from "./bug.ts";

/** The consumer does not look at the clock: work whose lease is over is done all the same. */
export const lateWorkDone: Bug = {
  name: "work is begun after its lease",
  breaks: ["inTime"],
  plant: () => ({
    consumeWork: (right) => (deliveries, ports) => {
      const endless = deliveries.map((delivery) => ({
        ...delivery,
        body: { ...delivery.body, work: { ...delivery.body.work, expiresAt: Number.MAX_SAFE_INTEGER } },
      }));
      return right(endless, ports);
    },
  }),
};
