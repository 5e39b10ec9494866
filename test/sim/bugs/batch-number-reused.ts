import type { EventMessage } from "../../../src/core/run/work.ts";
import { changed, type Bug } from "./bug.ts";

/** Every life of a ring numbers its batches from 1, so a late word on an old batch is taken for a new one. */
export const batchNumberReused: Bug = {
  name: "batch numbers start over after an eviction",
  breaks: ["balanced", "kept", "trust"],
  plant: () => {
    /** The right numbers of the life that is being set up, by place. */
    let numbers: number[] = [];
    return {
      ringPorts(ports) {
        const own: number[] = [];
        numbers = own;
        const renumber = (message: EventMessage): EventMessage => {
          if (message.type !== "archive") return message;
          if (!own.includes(message.batch)) own.push(message.batch);
          return { ...message, batch: own.indexOf(message.batch) + 1 };
        };
        return {
          ...ports,
          bus: { ...ports.bus, publishEvents: (messages) => ports.bus.publishEvents(messages.map(renumber)) },
        };
      },
      ring(ring) {
        const own = numbers;
        return changed(ring, {
          batch: (number) => ring.batch(own[number - 1] ?? -1),
          archived: (number) => ring.archived(own[number - 1] ?? -1),
        });
      },
    };
  },
};
