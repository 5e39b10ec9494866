import {
  heartbeat,
  leased,
  poolList,
  workItemTaken,
  type HeartbeatAnswer,
  type HeartbeatRequestWire,
  type Leased,
  type LeaseRequestWire,
  type PoolList,
  type WorkItemAnswerInput,
} from "../../contracts/api/pools.ts";
import { readAnswer } from "./answer.ts";
import type { Transport } from "./transport.ts";

/** Pools and the work items in them: what a runner says, and who looks at them. */
export interface PoolClient {
  /** The pools that nodes ask for. */
  list(): Promise<PoolList>;
  /** Items of a pool, held for them at most `wait_ms`. An answer that is lost is an item that goes to another in time. */
  lease(pool: string, request: LeaseRequestWire, signal?: AbortSignal): Promise<Leased>;
  heartbeat(pool: string, request: HeartbeatRequestWire, signal?: AbortSignal): Promise<HeartbeatAnswer>;
  /** Rejects with WORK_ITEM_OVER when it is not, or no longer, wanted. Repeated when its answer is lost: only the first counts. */
  answer(token: string, answer: WorkItemAnswerInput): Promise<void>;
  /** The code of an item's node. */
  code(token: string): Promise<string>;
}

/** `once` sends a request at most once: a lease that is repeated would take items twice. */
export function poolClient(transport: Transport, once: Transport): PoolClient {
  const at = (pool: string, verb: string): string => `/v1/pools/${encodeURIComponent(pool)}/${verb}`;
  return {
    list: async () => readAnswer(poolList, (await transport.json({ method: "GET", path: "/v1/pools" })).body),
    async lease(pool, body, signal) {
      return readAnswer(leased, (await once.json({ method: "POST", path: at(pool, "lease"), body, signal })).body);
    },
    async heartbeat(pool, body, signal) {
      return readAnswer(
        heartbeat,
        (await once.json({ method: "POST", path: at(pool, "heartbeat"), body, signal })).body,
      );
    },
    async answer(token, body) {
      readAnswer(workItemTaken, (await transport.json({ method: "POST", path: `/v1/work-items/${token}`, body })).body);
    },
    code: async (token) => (await transport.call({ method: "GET", path: `/v1/work-items/${token}/code` })).text(),
  };
}
