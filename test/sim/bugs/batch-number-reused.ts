import type { EventMessage } from "../../../src/core/messages/ring-messages.ts";
import { changed, type Bug } from "./bug.ts";

/** A batch gets the lowest number that is free, so a late word on an archived batch is taken for one on the next. */
export const batchNumberReused: Bug = {
  name: "batch numbers are used again",
  breaks: ["balanced", "kept", "trust"],
  plant() {
    /** The right numbers by the reused ones, of the life that is being set up. */
    let numbers = new Map<number, number>();
    return {
      ringPorts(ports) {
        const own = new Map<number, number>();
        numbers = own;
        const numberFor = (right: number): number => {
          for (const [number, known] of own) if (known === right) return number;
          let free = 1;
          while (own.has(free)) free++;
          own.set(free, right);
          return free;
        };
        const renumber = (message: EventMessage): EventMessage =>
          message.type === "archive" ? { ...message, batch: numberFor(message.batch) } : message;
        return {
          ...ports,
          bus: { ...ports.bus, publishEvents: (messages) => ports.bus.publishEvents(messages.map(renumber)) },
        };
      },
      ring(ring) {
        const own = numbers;
        return changed(ring, {
          batch: (number) => ring.batch(own.get(number) ?? -1),
          archived(number) {
            ring.archived(own.get(number) ?? -1);
            own.delete(number);
          },
        });
      },
    };
  },
};
