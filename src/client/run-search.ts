import { runPage, type RunFilter, type RunListEntry, type RunPage } from "../../contracts/api/run-search.ts";
import { readAnswer } from "./answer.ts";
import { queryText } from "./query-text.ts";
import type { Transport } from "./transport.ts";

/** Which part of a list: at most `limit` entries (100 at most, 20 if not given) after a cursor of an earlier answer. */
export interface PageOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

/** Finding and deleting runs. */
export interface RunSearchClient {
  /** One page of the runs for which every condition holds, newest first. */
  search(filter?: RunFilter, page?: PageOptions): Promise<RunPage>;
  /** All of them, page after page, as far as they are asked for. */
  all(filter?: RunFilter): AsyncGenerator<RunListEntry, void, void>;
  /**
   * Deletes a run that has ended. Waits a moment while it is on its way to the archive; rejects with RUN_NOT_FINISHED
   * while it goes on, and with RUN_NOT_FOUND when it never was or was deleted long ago.
   */
  delete(runId: string): Promise<void>;
}

const LARGEST_PAGE = 100;

export function runSearchClient(transport: Transport): RunSearchClient {
  const search: RunSearchClient["search"] = async (filter = {}, { limit, cursor } = {}) => {
    const { body } = await transport.json({
      method: "GET",
      path: `/v1/runs${queryText({ ...filter, limit, cursor })}`,
    });
    return readAnswer(runPage, body);
  };
  return {
    search,
    async *all(filter = {}) {
      let cursor: string | null = null;
      do {
        const page: RunPage = await search(filter, { limit: LARGEST_PAGE, ...(cursor === null ? {} : { cursor }) });
        yield* page.runs;
        cursor = page.next;
      } while (cursor !== null);
    },
    async delete(runId) {
      await transport.call({ method: "DELETE", path: `/v1/runs/${encodeURIComponent(runId)}` });
    },
  };
}
