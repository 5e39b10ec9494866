import {
  quarantinedRun,
  quarantineEnded,
  quarantineList,
  quarantineRaw,
  quarantineRetried,
  type QuarantinedRunView,
  type QuarantineEnded,
  type QuarantineEndRequest,
  type QuarantineList,
  type QuarantineRaw,
  type QuarantineRetried,
} from "../../contracts/api/quarantine.ts";
import { readAnswer } from "./answer.ts";
import { queryText } from "./query-text.ts";
import type { PageOptions } from "./run-search.ts";
import type { Transport } from "./transport.ts";

/** Runs that were set aside. What is asked about one run rejects with RUN_NOT_FOUND when it is in no quarantine. */
export interface QuarantineClient {
  /** One page of them, those set aside last first. */
  list(page?: PageOptions): Promise<QuarantineList>;
  /** All of them, page after page, as far as they are asked for. */
  all(): AsyncGenerator<QuarantinedRunView, void, void>;
  get(runId: string): Promise<QuarantinedRunView>;
  /** What is stored of the run, byte by byte. */
  raw(runId: string): Promise<QuarantineRaw>;
  /** Lets the run go on if it can by now; says why not otherwise. */
  retry(runId: string): Promise<QuarantineRetried>;
  /** Ends the run as failed. Nothing of what is stored of it is kept but what can be read. */
  end(runId: string, request?: QuarantineEndRequest): Promise<QuarantineEnded>;
}

const LARGEST_PAGE = 100;

export function quarantineClient(transport: Transport): QuarantineClient {
  const path = (id: string): string => `/v1/quarantine/${encodeURIComponent(id)}`;
  const get = async (where: string): Promise<unknown> => (await transport.json({ method: "GET", path: where })).body;
  const post = async (where: string, body?: QuarantineEndRequest): Promise<unknown> =>
    (await transport.json({ method: "POST", path: where, ...(body === undefined ? {} : { body }) })).body;

  const list: QuarantineClient["list"] = async ({ limit, cursor } = {}) =>
    readAnswer(quarantineList, await get(`/v1/quarantine${queryText({ limit, cursor })}`));

  return {
    list,
    async *all() {
      let cursor: string | null = null;
      do {
        const page: QuarantineList = await list({ limit: LARGEST_PAGE, ...(cursor === null ? {} : { cursor }) });
        yield* page.runs;
        cursor = page.next;
      } while (cursor !== null);
    },
    get: async (id) => readAnswer(quarantinedRun, await get(path(id))),
    raw: async (id) => readAnswer(quarantineRaw, await get(`${path(id)}/raw`)),
    retry: async (id) => readAnswer(quarantineRetried, await post(`${path(id)}/retry`)),
    end: async (id, request = {}) => readAnswer(quarantineEnded, await post(`${path(id)}/end`, request)),
  };
}
