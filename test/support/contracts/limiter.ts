import { expect, it } from "vitest";
import type { TurnRequest } from "../../../src/core/limit/book.ts";
import type { Limiter } from "../../../src/spi/limiter.ts";

export interface LimiterWorld {
  readonly limiter: Limiter;
  /** A limit nobody has asked. */
  readonly limit: string;
  /** Forgets what is in memory, as an eviction does. */
  restart(): Promise<void>;
}

const request = (name: string, changes: Partial<TurnRequest> = {}): TurnRequest => ({
  holder: { runId: `r00_${name}`, segment: "s0" },
  token: "s0.1",
  allows: { kind: "slots", max: 1 },
  holdMs: 600_000,
  priority: 0,
  since: 0,
  ...changes,
});
const ended = (name: string, token = "s0.1") =>
  ({ holder: { runId: `r00_${name}`, segment: "s0" }, token, how: "ended" }) as const;

/** What every Limiter must do. Times are long, so that no clock of an adapter matters. */
export function limiterContract(label: string, open: () => Promise<LimiterWorld>): void {
  it(`${label}: requests are taken in their order, and answered in it`, async () => {
    const { limiter, limit } = await open();
    const { turns, called } = await limiter.acquire(limit, [request("a"), request("b"), request("a")]);
    expect(turns.map(({ granted }) => granted)).toEqual([true, false, true]);
    expect(called).toEqual([]);
  });

  it(`${label}: the end of a turn calls the next in the line, by priority, once`, async () => {
    const { limiter, limit } = await open();
    await limiter.acquire(limit, [request("a"), request("b", { since: 1 }), request("c", { since: 2, priority: 1 })]);
    expect(await limiter.release(limit, [ended("b")])).toEqual([]);
    expect(await limiter.release(limit, [ended("a", "s0.0")])).toEqual([]);
    expect(await limiter.release(limit, [ended("a")])).toEqual([{ runId: "r00_c", segment: "s0" }]);
    expect(await limiter.release(limit, [ended("a")])).toEqual([]);
  });

  it(`${label}: a call that led nowhere goes to the next`, async () => {
    const { limiter, limit } = await open();
    await limiter.acquire(limit, [request("a"), request("b", { since: 1 }), request("c", { since: 2 })]);
    const [called] = await limiter.release(limit, [ended("a")]);
    const next = await limiter.release(limit, [{ ...ended("b"), token: "", how: "unused" }]);
    expect([called, ...next].map((one) => one?.runId)).toEqual(["r00_b", "r00_c"]);
  });

  it(`${label}: turns and the line outlive the memory of who counts them`, async () => {
    const world = await open();
    const { limiter, limit } = world;
    await limiter.acquire(limit, [request("a"), request("b")]);
    await world.restart();
    expect((await limiter.acquire(limit, [request("c", { since: 9 })])).turns).toMatchObject([{ granted: false }]);
    expect(await limiter.release(limit, [ended("a")])).toEqual([{ runId: "r00_b", segment: "s0" }]);
  });

  it(`${label}: a rate counts what has begun, and takes back what has not`, async () => {
    const { limiter, limit } = await open();
    const allows = { kind: "rate", max: 1, perMs: 600_000 } as const;
    await limiter.acquire(limit, [request("a", { allows })]);
    expect(await limiter.release(limit, [ended("a")])).toEqual([]);
    const { turns } = await limiter.acquire(limit, [request("b", { allows })]);
    expect(turns).toMatchObject([{ granted: false }]);
    expect(await limiter.release(limit, [{ ...ended("a"), how: "unused" }])).toMatchObject([{ runId: "r00_b" }]);
  });

  it(`${label}: limits know nothing of each other`, async () => {
    const { limiter, limit } = await open();
    await limiter.acquire(limit, [request("a")]);
    const { turns } = await limiter.acquire(`${limit}/other`, [request("b")]);
    expect(turns).toEqual([{ granted: true }]);
  });
}
