import { FAIR_WEATHER } from "../weather.ts";
import { changed, type Bug } from "./bug.ts";

/** Whoever looks a result up leaves the version of the node out. */
export const cacheKeyWithoutVersion: Bug = {
  name: "the cache's key leaves the version out",
  breaks: ["cached"],
  weather: FAIR_WEATHER,
  plant: () => ({
    registry: (registry) =>
      changed(registry, {
        definition: async (...asked) => ({ ...(await registry.definition(...asked)), version: "1.0.0" }),
      }),
  }),
};
