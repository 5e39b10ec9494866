import {
  deadLetterList,
  deadLetterPage,
  deadLetterPayload,
  redriveOutcome,
  redriveReport,
  type DeadLetterFilter,
  type DeadLetterList,
  type DeadLetterPage,
  type DeadLetterView,
  type RedriveOutcome,
  type RedriveReport,
  type RedriveRequest,
} from "../../contracts/api/dead-letters.ts";
import type { JsonValue } from "../../contracts/json/json.ts";
import { readAnswer } from "./answer.ts";
import { queryText } from "./query-text.ts";
import type { PageOptions } from "./run-search.ts";
import type { Transport } from "./transport.ts";

/** Messages nobody could process. */
export interface DeadLetterClient {
  /** One page of the dead letters for which every condition holds, newest first. */
  search(filter?: DeadLetterFilter, page?: PageOptions): Promise<DeadLetterList>;
  /** All of them, page after page, as far as they are asked for. */
  all(filter?: DeadLetterFilter): AsyncGenerator<DeadLetterView, void, void>;
  /** One entry, with how what it is about stands now; rejects with DEAD_LETTER_NOT_FOUND. */
  get(id: string): Promise<DeadLetterPage>;
  /** The message as it arrived. */
  payload(id: string): Promise<JsonValue>;
  /** Sends a message again if anything waits for it. Rejects with DEAD_LETTER_UNREADABLE when it can never be sent. */
  redrive(id: string): Promise<RedriveOutcome>;
  /** Sends those named again, or one page of those a filter finds; says of each what came of it. */
  redriveMany(request: RedriveRequest): Promise<RedriveReport>;
}

const LARGEST_PAGE = 100;

export function deadLetterClient(transport: Transport): DeadLetterClient {
  const path = (id: string): string => `/v1/dead-letters/${encodeURIComponent(id)}`;
  const get = async (where: string): Promise<unknown> => (await transport.json({ method: "GET", path: where })).body;

  const search: DeadLetterClient["search"] = async (filter = {}, { limit, cursor } = {}) =>
    readAnswer(deadLetterList, await get(`/v1/dead-letters${queryText({ ...filter, limit, cursor })}`));

  return {
    search,
    async *all(filter = {}) {
      let cursor: string | null = null;
      do {
        const page: DeadLetterList = await search(filter, {
          limit: LARGEST_PAGE,
          ...(cursor === null ? {} : { cursor }),
        });
        yield* page.dead_letters;
        cursor = page.next;
      } while (cursor !== null);
    },
    get: async (id) => readAnswer(deadLetterPage, await get(path(id))),
    payload: async (id) => readAnswer(deadLetterPayload, await get(`${path(id)}/payload`)),
    async redrive(id) {
      return readAnswer(redriveOutcome, (await transport.json({ method: "POST", path: `${path(id)}/redrive` })).body);
    },
    async redriveMany(body) {
      const call = { method: "POST", path: "/v1/dead-letters/redrive", body } as const;
      return readAnswer(redriveReport, (await transport.json(call)).body);
    },
  };
}
