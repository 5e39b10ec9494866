import { consumingWork, type Bug } from "./bug.ts";

/** The consumer does not look at the clock: work whose lease is over is done all the same. */
export const lateWorkDone: Bug = {
  name: "work is begun after its lease",
  breaks: ["inTime"],
  plant: () =>
    consumingWork((right) => (received, ports) => {
      const endless = received.map((one) => ({
        ...one,
        message: { ...one.message, work: { ...one.message.work, expiresAt: Number.MAX_SAFE_INTEGER } },
      }));
      return right(endless, ports);
    }),
};
