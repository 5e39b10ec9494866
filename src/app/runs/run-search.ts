import type { RunListEntry } from "../../../contracts/api/run-search.ts";
import { encodeCursor, type PageRequest } from "../../core/search/position.ts";
import { runEntry } from "../../core/search/run-entry.ts";
import type { RunQuery } from "../../core/search/run-query.ts";
import type { RunIndex } from "../../spi/run-index.ts";
import type { CallContext } from "../call-context.ts";

/** A part of a list for clients. `next` is the cursor of the following part; null when this one is the last. */
export interface Listing<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Looking for runs. Rejects with SERVICE_UNAVAILABLE. */
export interface RunSearchService {
  /** The runs a query finds, newest first. May lag a moment behind what the runs' own pages show. */
  search(call: CallContext, query: RunQuery, page: PageRequest): Promise<Listing<RunListEntry>>;
}

export function runSearchService(index: RunIndex): RunSearchService {
  return {
    async search({ tenant }, query, page) {
      const { items, next } = await index.search(tenant, query, page);
      return { items: items.map(runEntry), next: next && encodeCursor(next) };
    },
  };
}
