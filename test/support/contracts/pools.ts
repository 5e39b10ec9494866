import { expect, it } from "vitest";
import type { PoolItem, RunnerPresence } from "../../../src/core/pool/pool-item.ts";
import { workItemToken } from "../../../src/core/pool/work-item.ts";
import type { PoolId, Pools } from "../../../src/spi/pools.ts";

export interface PoolsWorld {
  readonly pools: Pools;
  /** A pool nobody has used. */
  readonly pool: PoolId;
  /** Forgets what is in memory, as an eviction does. */
  restart(): Promise<void>;
  now(): number;
}

function item(world: PoolsWorld, segment: string): PoolItem {
  const id = { runId: "r00_01KDVDPE000000000000000000", segment, lease: `${segment}.1`, step: "s", pool: "python" };
  const offeredAt = world.now();
  return {
    ...{ token: workItemToken(id), id, correlationId: "c", node: "n", version: "1.0.0", kind: "python", priority: 0 },
    ...{ timeoutMs: 600_000, offeredAt, queueUntil: offeredAt + 600_000 },
  };
}

const runner = (nodeId: string, instance = nodeId): RunnerPresence => ({
  ...{ nodeId, instance, version: "0.1.0", kinds: ["python"], concurrency: 1, running: 0 },
});
const QUIET = { logs: {}, giveBack: [], leaving: false };

/** What every pool must do. Times are long, so that no clock of an adapter matters. */
export function poolsContract(label: string, open: () => Promise<PoolsWorld>): void {
  it(`${label}: an item is leased once, in its turn, and no more once it is settled`, async () => {
    const world = await open();
    const pool = world.pools.at(world.pool);
    const [a, b] = [item(world, "a"), item(world, "b")];
    await pool.offer([a, b, a]);
    await pool.offer([a]);
    const leases = await Promise.all(
      ["x", "y", "z"].map((name) => pool.lease({ runner: runner(name), most: 1, waitMs: 0 })),
    );
    expect(leases.map((items) => items?.map(({ token }) => token))).toEqual([[a.token], [b.token], []]);
    await pool.settle([a.token, b.token]);
    expect(await pool.view()).toMatchObject({ waiting: 0, leased: 0, oldestMs: null });
  });

  it(`${label}: a lease outlives a restart, and so does what waits`, async () => {
    const world = await open();
    const [a, b] = [item(world, "a"), item(world, "b")];
    await world.pools.at(world.pool).offer([a, b]);
    await world.pools.at(world.pool).lease({ runner: runner("x"), most: 1, waitMs: 0 });
    await world.restart();
    const pool = world.pools.at(world.pool);
    expect(await pool.view()).toMatchObject({ waiting: 1, leased: 1, runners: [] });
    expect(await pool.lease({ runner: runner("y"), most: 9, waitMs: 0 })).toMatchObject([{ token: b.token }]);
    expect(await pool.heartbeat({ runner: runner("x"), items: [a.token, b.token], ...QUIET })).toEqual({
      lost: [b.token],
      replaced: false,
    });
  });

  it(`${label}: who waits gets what is offered meanwhile, and nothing once it leaves`, async () => {
    const world = await open();
    const pool = world.pools.at(world.pool);
    const a = item(world, "a");
    const waiting = pool.lease({ runner: runner("x"), most: 1, waitMs: 25_000 });
    await pool.offer([a]);
    expect(await waiting).toMatchObject([{ token: a.token }]);
    const leaving = pool.lease({ runner: runner("y"), most: 1, waitMs: 25_000 });
    await pool.heartbeat({ runner: runner("y"), items: [], ...QUIET, leaving: true });
    expect(await leaving).toEqual([]);
    expect((await pool.view()).runners.map(({ nodeId }) => nodeId)).toEqual(["x"]);
  });

  it(`${label}: the last process of a node id has it`, async () => {
    const world = await open();
    const pool = world.pools.at(world.pool);
    const waiting = pool.lease({ runner: runner("x", "old"), most: 1, waitMs: 25_000 });
    expect(await pool.lease({ runner: runner("x", "new"), most: 1, waitMs: 0 })).toEqual([]);
    expect(await waiting, "it is told at once").toBeNull();
    expect(await pool.lease({ runner: runner("x", "old"), most: 1, waitMs: 0 })).toBeNull();
  });

  it(`${label}: what a process wrote is known while its item is leased to it`, async () => {
    const world = await open();
    const pool = world.pools.at(world.pool);
    const a = item(world, "a");
    await pool.offer([a]);
    await pool.lease({ runner: runner("x"), most: 1, waitMs: 0 });
    const logs = { [a.token]: [{ stream: "stdout", text: "one" }] } as const;
    await pool.heartbeat({ runner: runner("x"), items: [a.token], ...QUIET, logs });
    await pool.heartbeat({ runner: runner("other"), items: [a.token], ...QUIET, logs });
    expect(await pool.logs([a.token, "w1.5b5d"])).toEqual({
      [a.token]: [{ stream: "stdout", text: "one" }],
      "w1.5b5d": [],
    });
    await pool.settle([a.token]);
    expect(await pool.logs([a.token])).toEqual({ [a.token]: [] });
  });

  it(`${label}: pools of other tenants and names are others`, async () => {
    const world = await open();
    const a = item(world, "a");
    await world.pools.at(world.pool).offer([a]);
    for (const other of [
      { ...world.pool, tenant: "other" },
      { ...world.pool, name: `${world.pool.name}-2` },
    ])
      expect(await world.pools.at(other).lease({ runner: runner("x"), most: 1, waitMs: 0 })).toEqual([]);
  });
}
