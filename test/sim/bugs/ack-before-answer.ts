import type { Bug } from "./bug.ts";

/** The consumer signs for its messages first and answers the ring afterwards. */
export const ackBeforeAnswer: Bug = {
  name: "a message is acknowledged before its answer is given",
  breaks: ["answered"],
  plant: () => ({
    consumeWork: (right) => (deliveries, ports) => {
      for (const delivery of deliveries) delivery.ack();
      return right(deliveries, ports);
    },
  }),
};
