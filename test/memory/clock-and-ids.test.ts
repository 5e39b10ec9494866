import { describe, expect, it } from "vitest";
import { systemClock, systemIds } from "../../src/infra/system/clock.ts";
import { fixedClock, steppingClock } from "../../src/infra/memory/clock.ts";
import { seededIds } from "../../src/infra/memory/ids.ts";
import type { Ids } from "../../src/spi/clock.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

function idsContract(label: string, ids: Ids): void {
  it(`${label}: makes uuids, all different`, () => {
    const made = Array.from({ length: 500 }, () => ids.uuid());
    for (const id of made) expect(id).toMatch(UUID);
    expect(new Set(made).size).toBe(500);
  });

  it(`${label}: makes ulids that sort by time, all different`, () => {
    const made = Array.from({ length: 500 }, (_, n) => ids.ulid(1_795_000_000_000 + n));
    for (const id of made) expect(id).toMatch(ULID);
    expect([...made].sort()).toEqual(made);
    const same = Array.from({ length: 500 }, () => ids.ulid(0));
    expect(new Set(same).size).toBe(500);
    expect(same.every((id) => id.startsWith("0000000000"))).toBe(true);
    expect(ids.ulid(2 ** 48 - 1).slice(0, 10)).toBe("7ZZZZZZZZZ");
    expect(ids.ulid(1_469_918_176_385).slice(0, 10)).toBe("01ARYZ6S41");
  });

  it(`${label}: draws every ring`, () => {
    const drawn = new Set(Array.from({ length: 2_000 }, () => ids.ring(7)));
    expect(drawn).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
    expect(ids.ring(1)).toBe(0);
  });
}

describe("ids", () => {
  idsContract("seeded", seededIds(7));
  idsContract("system", systemIds);

  it("are the same for the same seed, different for another", () => {
    const made = (seed: number) => {
      const ids = seededIds(seed);
      return [ids.uuid(), ids.ulid(5), ids.ring(256), ids.uuid()];
    };
    expect(made(1)).toEqual(made(1));
    expect(made(1)).not.toEqual(made(2));
  });
});

describe("clocks", () => {
  it("stand still until they are moved", () => {
    const clock = fixedClock(100);
    expect([clock.now(), clock.now()]).toEqual([100, 100]);
    clock.advance(50);
    expect(clock.now()).toBe(150);
    clock.set(20);
    expect(clock.now()).toBe(20);
  });

  it("or move with each reading", () => {
    const clock = steppingClock(100, 10);
    expect([clock.now(), clock.now(), clock.now()]).toEqual([100, 110, 120]);
  });

  it("or follow the machine", () => {
    expect(systemClock.now()).toBeGreaterThan(Date.UTC(2026, 0, 1));
  });
});
