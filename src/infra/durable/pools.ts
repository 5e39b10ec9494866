import type { PoolFace, PoolId, Pools } from "../../spi/pools.ts";
import { answered, type Objects } from "./objects.ts";

/** The object name of a pool. Neither part holds a bar. */
const poolName = ({ tenant, name }: PoolId): string => `${tenant}|${name}`;

/** Pools as Durable Objects, one a tenant and name. */
export function durablePools(objects: Objects): Pools {
  return {
    at(id): PoolFace {
      const pool = (): PoolFace => objects.getByName(poolName(id)) as PoolFace;
      const call = <T>(send: () => T | Promise<T>): Promise<T> => answered(`the pool ${id.name}`, async () => send());
      return {
        offer: (items) => call(() => pool().offer(items)),
        lease: (request) => call(() => pool().lease(request)),
        heartbeat: (request) => call(() => pool().heartbeat(request)),
        settle: (tokens) => call(() => pool().settle(tokens)),
        view: () => call(() => pool().view()),
        logs: (tokens) => call(() => pool().logs(tokens)),
      };
    },
  };
}
