import type { Holder, TurnRequest } from "../../core/limit/book.ts";
import type { LimitId } from "../../core/limit/work-item-limits.ts";
import { answered as calling, type Objects } from "./objects.ts";
import type { Leaving, Limiter, Turns } from "../../spi/limiter.ts";

/** What a limit object answers to over RPC. */
export interface LimiterRpc {
  acquire(requests: readonly TurnRequest[]): Promise<Turns>;
  release(leaving: readonly Leaving[]): Promise<readonly Holder[]>;
}

const answered = <T>(call: () => Promise<T>): Promise<T> => calling("the count of a limit", call);

/** Limits as Durable Objects, one a limit: nobody waits for the count of another's. */
export function durableLimiter(limits: Objects): Limiter {
  const at = (limit: LimitId): LimiterRpc => limits.getByName(limit) as LimiterRpc;
  return {
    acquire: (limit, requests) => answered(() => at(limit).acquire(requests)),
    release: (limit, leaving) => answered(() => at(limit).release(leaving)),
  };
}
