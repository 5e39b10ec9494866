import type { Bug } from "./bug.ts";

/** A run that has left its ring leaves no trace, so a repeated request runs again. */
export const tombstoneForgotten: Bug = {
  name: "an archived run's key is forgotten",
  breaks: ["once"],
  plant: () => ({
    ringPorts: (ports) => ({
      ...ports,
      store: {
        ...ports.store,
        keys: { ...ports.store.keys, put: () => undefined },
      },
    }),
  }),
};
