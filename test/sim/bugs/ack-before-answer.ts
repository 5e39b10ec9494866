import { consumingWork, type Bug } from "./bug.ts";

/** The consumer signs for its messages first and answers the ring afterwards. */
export const ackBeforeAnswer: Bug = {
  name: "a message is acknowledged before its answer is given",
  breaks: ["answered"],
  plant: () =>
    consumingWork((right) => (received, ports) => {
      for (const one of received) one.ack();
      return right(received, ports);
    }),
};
