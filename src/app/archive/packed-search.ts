import type { MarkedPart } from "../../core/archive/part.ts";
import type { Instant } from "../../core/run/model/state.ts";
import type { RunSummary } from "../../core/run/model/summary.ts";
import { labelsOfQuery } from "../../core/search/labels.ts";
import { isAfter, newestFirst, type PageRequest } from "../../core/search/position.ts";
import { matchesRun, placeOfRun, type RunQuery } from "../../core/search/run-query.ts";
import { CORRELATION_SPAN_MS, toldByUuid } from "../../core/search/told-time.ts";
import type { PartWalk, RunParts } from "../../spi/books/run-parts.ts";
import { readPart, type IndexReaderPorts } from "./index-reader.ts";

export interface PackedSearchPorts extends IndexReaderPorts {
  readonly parts: RunParts;
}

/** Parts named by one read of the database, and those of them whose indices are read at once. */
const NAMED = 64;
const TOGETHER = 6;
/** A page ends after so many indices, full or not: one request must not read an archive. */
export const MOST_INDICES = 600;

/** What was found, newest first. `until`: nothing older than this moment has been looked for. */
export interface PackedFinds {
  readonly runs: readonly RunSummary[];
  readonly until: Instant | null;
}

/**
 * The first `limit` runs of archive objects' own indices that a query finds. Parts are opened newest first, and only while
 * they may hold a run that comes before what is found already.
 */
export async function searchParts(
  tenant: string,
  query: RunQuery,
  { limit, after }: PageRequest,
  ports: PackedSearchPorts,
): Promise<PackedFinds> {
  const told = query.correlationId === null ? null : toldByUuid(query.correlationId);
  if (query.correlationId !== null && told === null) return { runs: [], until: null };
  const walk = walkOf(query, told, after?.at ?? null);
  const found: RunSummary[] = [];
  const waiting: MarkedPart[] = [];
  let last: PartWalk["after"] = null;
  let isEnd = false;
  for (let opened = 0; ;) {
    if (waiting.length === 0 && !isEnd) {
      const named: readonly MarkedPart[] = await ports.parts.walk(tenant, { ...walk, after: last }, NAMED);
      isEnd = named.length < NAMED;
      last = named.at(-1) ?? last;
      waiting.push(...named);
    }
    const next = waiting[0];
    const enough = found[limit - 1];
    if (next === undefined || (enough !== undefined && enough.createdAt > next.lastAt))
      return { runs: found.slice(0, limit), until: null };
    if (opened >= MOST_INDICES) {
      const until = next.lastAt;
      return { runs: found.filter(({ createdAt }) => createdAt > until).slice(0, limit), until };
    }
    const open = waiting.splice(0, found.length < limit ? TOGETHER : 1);
    opened += open.length;
    for (const runs of await Promise.all(open.map((part) => readPart(part, ports))))
      found.push(...runs.filter((run) => matchesRun(run, query) && isAfter(placeOfRun(run), after)));
    found.sort((a, b) => newestFirst(placeOfRun(a), placeOfRun(b)));
  }
}

function walkOf(query: RunQuery, told: Instant | null, after: Instant | null): Omit<PartWalk, "after"> {
  const from = [query.from, told].filter((at) => at !== null);
  const to = [
    query.to === null ? null : query.to - 1,
    told === null ? null : told + CORRELATION_SPAN_MS - 1,
    after,
  ].filter((at) => at !== null);
  const labels = labelsOfQuery(query);
  return {
    labels,
    listed: query.node?.includes("@") ? [...labels, `node:${query.node}`] : labels,
    from: from.length === 0 ? null : Math.max(...from),
    to: to.length === 0 ? null : Math.min(...to),
  };
}
