import { z } from "zod";
import type { Wire } from "../json/wire.ts";

/** What the cache holds of a node version, and has done for it. */
export const cacheStatsEntry = z.object({
  node: z.string(),
  version: z.string(),
  entries: z.int().meta({ description: "Results that are kept; expired ones count until they are removed." }),
  bytes: z.int().meta({ description: "All of them as JSON." }),
  hits: z.int().meta({ description: "How often one was used, ever; counted when a run is archived." }),
  stored: z.int().meta({ description: "How often one was stored, ever." }),
});

/** `GET /v1/cache`. */
export const cacheStats = z.object({ nodes: z.array(cacheStatsEntry) }).meta({
  id: "CacheStats",
  title: "Cache statistics",
  description: "The result cache by node version.",
  examples: [{ nodes: [{ node: "shout", version: "1.0.0", entries: 2, bytes: 130, hits: 17, stored: 2 }] }],
});

/** The parameters of `DELETE /v1/cache`. */
export const cacheClearQuery = z
  .object({
    node: z.string().min(1).max(200).optional().meta({ description: "Results of this node." }),
    version: z.string().min(1).max(100).optional().meta({ description: "Of this version of it only." }),
    all: z.literal("true").optional().meta({ description: "Every result." }),
  })
  .refine(({ node, all }) => (node === undefined) !== (all === undefined), {
    error: "either node or all=true is required",
    path: ["node"],
  })
  .refine(({ node, version }) => version === undefined || node !== undefined, {
    error: "a version needs its node",
    path: ["version"],
  });

/** What `DELETE /v1/cache` did. */
export const cacheCleared = z.object({ entries: z.int().meta({ description: "Results that were removed." }) }).meta({
  id: "CacheCleared",
  title: "Cache cleared",
  description: "What was removed from the result cache.",
  examples: [{ entries: 2 }],
});

export type CacheStatsView = Wire<z.output<typeof cacheStats>>;
export type CacheCleared = Wire<z.output<typeof cacheCleared>>;
