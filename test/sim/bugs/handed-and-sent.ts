import type { WorkItem } from "../../../src/core/run/dispatch/work-item.ts";
import { changed, type Bug } from "./bug.ts";

/** A ring sends what it hands over as well, in case the executor should not take it. */
export const handedAndSent: Bug = {
  name: "a work item that is handed over is sent as well",
  breaks: ["handed"],
  plant() {
    /** How the ring whose life is being set up reaches its queue. */
    let send: (items: readonly WorkItem[]) => Promise<void> = async () => undefined;
    return {
      ringPorts(ports) {
        send = (items) => ports.bus.publishWork(items.map((item) => ({ type: "work", version: 1, work: item })));
        return ports;
      },
      ring(ring) {
        const own = send;
        return changed(ring, {
          async answer(...asked) {
            const items = await ring.answer(...asked);
            if (items.length > 0) await own(items).catch(() => undefined);
            return items;
          },
        });
      },
    };
  },
};
