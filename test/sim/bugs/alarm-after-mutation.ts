import type { Bug } from "./bug.ts";

/** The alarm is set once the transaction it guards is over: a crash between them leaves nobody to wake the run. */
export const alarmAfterMutation: Bug = {
  name: "the alarm is set after the mutation",
  breaks: ["ends", "balanced"],
  plant: () => ({
    ringPorts(ports) {
      let waiting: number[] = [];
      const flush = (): void => {
        for (const at of waiting.splice(0)) ports.alarm.arm(at);
      };
      return {
        ...ports,
        alarm: {
          arm(at) {
            waiting.push(at);
            // With no transaction to follow, the end of this turn sets it.
            queueMicrotask(() => {
              try {
                flush();
              } catch {
                // The ring died of it, as it would have in its own code.
              }
            });
          },
        },
        store: {
          ...ports.store,
          transaction(work) {
            const late = waiting;
            waiting = [];
            const answer = ports.store.transaction(work);
            waiting = [...late, ...waiting];
            flush();
            return answer;
          },
        },
      };
    },
  }),
};
