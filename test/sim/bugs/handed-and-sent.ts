import type { Work } from "../../../src/core/run/dispatch/work.ts";
import { changed, type Bug } from "./bug.ts";

/** A ring sends what it hands over as well, in case the executor should not take it. */
export const handedAndSent: Bug = {
  name: "a work that is handed over is sent as well",
  breaks: ["handed"],
  plant() {
    /** How the ring whose life is being set up reaches its queue. */
    let send: (works: readonly Work[]) => Promise<void> = async () => undefined;
    return {
      ringPorts(ports) {
        send = (works) => ports.bus.publishWork(works.map((work) => ({ type: "work", version: 1, work })));
        return ports;
      },
      ring(ring) {
        const own = send;
        return changed(ring, {
          async answer(...asked) {
            const works = await ring.answer(...asked);
            if (works.length > 0) await own(works).catch(() => undefined);
            return works;
          },
        });
      },
    };
  },
};
