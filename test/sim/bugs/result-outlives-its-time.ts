import { archivingOn, changed, type Bug } from "./bug.ts";

/** A cached result is used for as long as it is there. */
export const resultOutlivesItsTime: Bug = {
  name: "a cached result is used after its time",
  breaks: ["cached"],
  // Elsewhere nobody is there when a result is too old.
  needs: ({ isLong, nodes }) => isLong && nodes.some(({ isCached }) => isCached),
  plant: () =>
    archivingOn((ports) => {
      const { results } = ports;
      const lasting = changed(results, {
        put: (entries, counts) =>
          results.put(
            entries.map((entry) => ({ ...entry, expiresAt: Number.MAX_SAFE_INTEGER })),
            counts,
          ),
      });
      return { ...ports, results: lasting };
    }),
};
