import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Seats } from "../../../src/app/execute/seats.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";

const SETTINGS = { withinMs: 2_000, atOnce: 4 };

describe("the seats of a consumer", () => {
  it("are as many as it takes at once: one that ends makes room for what may be handed over", () => {
    const seats = new Seats(1, fixedClock(0), SETTINGS);
    expect(seats.offer(1)).toBe(4);
    seats.release(2);
    expect(seats.offer(1)).toBe(3);
  });

  it("are never fewer than what was delivered, and no more", () => {
    const seats = new Seats(9, fixedClock(0), SETTINGS);
    expect(seats.offer(2)).toBe(2);
    expect(seats.offer(0)).toBe(0);
  });

  it("of a work item that came to nothing are free for others", () => {
    const seats = new Seats(9, fixedClock(0), SETTINGS);
    seats.release(1);
    expect(seats.offer(1)).toBe(2);
  });

  it("are not offered once the time is over, to the millisecond, however many are free", () => {
    const clock = fixedClock(0);
    const seats = new Seats(1, clock, SETTINGS);
    clock.set(1_999);
    expect(seats.offer(0)).toBe(3);
    seats.release(3);
    clock.set(2_000);
    expect(seats.offer(1)).toBe(0);
  });

  it("are never taken twice, nor given back more often than taken", () => {
    const deed = fc.record({
      ends: fc.nat(5),
      /** How much of what is offered somebody takes. */
      takes: fc.double({ min: 0, max: 1, noNaN: true }),
      lost: fc.nat(2),
      passesMs: fc.nat(400),
    });
    fc.assert(
      fc.property(fc.nat(12), fc.nat(8), fc.array(deed, { maxLength: 30 }), (delivered, atOnce, deeds) => {
        const clock = fixedClock(0);
        const seats = new Seats(delivered, clock, { withinMs: 2_000, atOnce });
        const all = Math.max(delivered, atOnce);
        let under = delivered;
        for (const { ends, takes, lost, passesMs } of deeds) {
          clock.advance(passesMs);
          const nothing = Math.min(lost, under);
          seats.release(nothing);
          under -= nothing;
          const ended = Math.min(ends, under);
          under -= ended;
          const offered = seats.offer(ended);
          expect(offered).toBe(clock.now() < 2_000 ? all - under : 0);
          const taken = Math.floor(offered * takes);
          seats.release(offered - taken);
          under += taken;
        }
      }),
    );
  });
});
