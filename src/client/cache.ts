import { cacheCleared, cacheStats, type CacheCleared, type CacheStatsView } from "../../contracts/api/cache.ts";
import { metrics, type Metrics } from "../../contracts/api/metrics.ts";
import { readAnswer } from "./answer.ts";
import { queryText } from "./query-text.ts";
import type { Transport } from "./transport.ts";

/** Which results to remove: those of a node, of one version of it, or all. */
export type CacheChoice = { readonly node: string; readonly version?: string } | { readonly all: true };

/** The result cache. */
export interface CacheClient {
  /** What is kept of each node version, and how often it was used. */
  stats(): Promise<CacheStatsView>;
  /** Removes results; within a second none of them is used any more. */
  clear(choice: CacheChoice): Promise<CacheCleared>;
}

export function cacheClient(transport: Transport): CacheClient {
  return {
    stats: async () => readAnswer(cacheStats, (await transport.json({ method: "GET", path: "/v1/cache" })).body),
    async clear(choice) {
      const query = "all" in choice ? { all: "true" } : { node: choice.node, version: choice.version };
      const path = `/v1/cache${queryText(query)}`;
      return readAnswer(cacheCleared, (await transport.json({ method: "DELETE", path })).body);
    },
  };
}

/** `GET /v1/metrics`. */
export const readMetrics = async (transport: Transport): Promise<Metrics> =>
  readAnswer(metrics, (await transport.json({ method: "GET", path: "/v1/metrics" })).body);

/** The same in the text format of Prometheus. */
export async function readMetricsText(transport: Transport): Promise<string> {
  const answer = await transport.call({ method: "GET", path: "/v1/metrics", headers: { accept: "text/plain" } });
  return answer.text();
}
