import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CALL_MS, LimitBook, type TurnRequest } from "../../../src/core/limit/book.ts";
import type { Allowance } from "../../../src/core/limit/limit.ts";

const slots = (max: number): Allowance => ({ kind: "slots", max });
const rate = (max: number, perMs: number): Allowance => ({ kind: "rate", max, perMs });
const holder = (name: string) => ({ runId: `r00_${name}`, segment: "s0" });
const request = (name: string, allows: Allowance, changes: Partial<TurnRequest> = {}): TurnRequest => ({
  holder: holder(name),
  token: "s0.1",
  allows,
  holdMs: 30_000,
  priority: 0,
  since: 0,
  ...changes,
});
const names = (called: readonly { readonly runId: string }[]) => called.map(({ runId }) => runId.slice(4));

describe("a limit on how many at once", () => {
  it("lets through up to its number and puts the rest in line", () => {
    const book = new LimitBook();
    const turns = ["a", "b", "c"].map((name) => book.ask(request(name, slots(2)), 0).granted);
    expect(turns).toEqual([true, true, false]);
  });

  it("calls the first of the line when a turn ends, once", () => {
    const book = new LimitBook();
    for (const name of ["a", "b", "c"]) book.ask(request(name, slots(1), { since: name.charCodeAt(0) }), 0);
    book.leave(holder("a"), "s0.1", "ended");
    expect(names(book.call(1))).toEqual(["b"]);
    expect(book.call(1)).toEqual([]);
    expect(book.ask(request("late", slots(1), { since: 500 }), 2).granted).toBe(false);
    expect(book.ask(request("b", slots(1)), 3).granted).toBe(true);
  });

  it("lets the older through although a younger was called: two limits that call two work items never keep both waiting", () => {
    const [one, other] = [new LimitBook(), new LimitBook()];
    const [older, younger] = [{ since: 1 }, { since: 2 }];
    for (const book of [one, other]) book.ask(request("held", slots(1)), 0);
    one.ask(request("older", slots(1), older), 3);
    other.ask(request("younger", slots(1), younger), 3);
    for (const book of [one, other]) book.leave(holder("held"), "s0.1", "ended");
    expect([...names(one.call(4)), ...names(other.call(4))]).toEqual(["older", "younger"]);
    expect(one.ask(request("older", slots(1), older), 5).granted).toBe(true);
    expect(one.ask(request("younger", slots(1), younger), 5).granted).toBe(false);
    expect(other.ask(request("older", slots(1), older), 6).granted).toBe(true);
  });

  it("goes by priority, then by age", () => {
    const book = new LimitBook();
    book.ask(request("held", slots(1)), 0);
    book.ask(request("young", slots(1), { since: 9 }), 9);
    book.ask(request("old", slots(1), { since: 5 }), 9);
    book.ask(request("urgent", slots(1), { since: 9, priority: 3 }), 9);
    const order: string[] = [];
    let turn = "held";
    for (;;) {
      book.leave(holder(turn), "s0.1", "ended");
      const [next] = names(book.call(10));
      if (next === undefined) break;
      order.push((turn = next));
      expect(book.ask(request(next, slots(1)), 10).granted).toBe(true);
    }
    expect(order).toEqual(["urgent", "old", "young"]);
  });

  it("gives the turn of a holder that died to the next when its time is up", () => {
    const book = new LimitBook();
    book.ask(request("a", slots(1), { holdMs: 7_000 }), 0);
    const refused = book.ask(request("b", slots(1)), 1_000);
    expect(refused).toEqual({ granted: false, retryInMs: 6_000 });
    expect(book.ask(request("b", slots(1)), 6_999).granted).toBe(false);
    expect(book.ask(request("b", slots(1)), 7_000).granted).toBe(true);
  });

  it("passes over a work item that was called and does not come", () => {
    const book = new LimitBook();
    for (const name of ["a", "b", "c"]) book.ask(request(name, slots(1), { since: name.charCodeAt(0) }), 0);
    book.leave(holder("a"), "s0.1", "ended");
    expect(names(book.call(0))).toEqual(["b"]);
    expect(names(book.call(CALL_MS))).toEqual(["c"]);
  });

  it("gives a redelivered work item its own turn again, and a newer dispatch the turn of the older", () => {
    const book = new LimitBook();
    const again = [book.ask(request("a", slots(1)), 0), book.ask(request("a", slots(1)), 1)];
    expect(again.every(({ granted }) => granted)).toBe(true);
    expect(book.ask(request("a", slots(1), { token: "s0.2" }), 2).granted).toBe(true);
    book.leave(holder("a"), "s0.1", "ended");
    expect(book.ask(request("b", slots(1)), 3).granted).toBe(false);
  });

  it("lets nobody overtake a work item whose own node allows fewer", () => {
    const book = new LimitBook();
    for (const name of ["a", "b", "c"]) book.ask(request(name, slots(5)), 0);
    expect(book.ask(request("narrow", slots(2), { since: 1 }), 1).granted).toBe(false);
    expect(book.ask(request("wide", slots(5), { since: 2 }), 2).granted).toBe(true);
    for (const name of ["a", "b", "c"]) book.leave(holder(name), "s0.1", "ended");
    expect(names(book.call(3))).toEqual(["narrow"]);
  });
});

describe("a limit on how many within a time", () => {
  it("says to the millisecond when there is room again", () => {
    const book = new LimitBook();
    for (const [name, now] of Object.entries({ a: 0, b: 400 })) book.ask(request(name, rate(2, 1_000)), now);
    expect(book.ask(request("c", rate(2, 1_000), { since: 1 }), 500)).toEqual({ granted: false, retryInMs: 500 });
    expect(book.ask(request("d", rate(2, 1_000), { since: 2 }), 500)).toEqual({ granted: false, retryInMs: 900 });
    expect(book.ask(request("e", rate(2, 1_000), { since: 3 }), 500)).toEqual({ granted: false, retryInMs: 1_500 });
    expect(book.ask(request("c", rate(2, 1_000), { since: 1 }), 999).granted).toBe(false);
    expect(book.ask(request("d", rate(2, 1_000), { since: 2 }), 1_000).granted).toBe(false);
    expect(book.ask(request("c", rate(2, 1_000), { since: 1 }), 1_000).granted).toBe(true);
  });

  it("still counts what has ended, and not what never began", () => {
    const book = new LimitBook();
    book.ask(request("a", rate(1, 1_000)), 0);
    book.leave(holder("a"), "s0.1", "ended");
    expect(book.ask(request("b", rate(1, 1_000)), 10).granted).toBe(false);
    book.leave(holder("a"), "s0.1", "unused");
    expect(book.ask(request("b", rate(1, 1_000)), 10).granted).toBe(true);
  });
});

/** What a world of work items does to a limit. */
const move = fc.record({
  who: fc.nat(9),
  what: fc.constantFrom("ask", "ask", "ask", "end", "unused", "redispatch"),
  afterMs: fc.nat(3_000),
  priority: fc.integer({ min: -2, max: 2 }),
});
const moves = fc.array(move, { maxLength: 80 });

/** Plays the moves; tells `see` of every grant and its moment. */
function play(
  all: readonly (typeof move extends fc.Arbitrary<infer T> ? T : never)[],
  allows: Allowance,
  see: (name: string, token: string, now: number) => void,
  check: (book: LimitBook, now: number) => void = () => undefined,
): { book: LimitBook; held: Map<string, { token: string; until: number }>; now: number } {
  const book = new LimitBook();
  const epochs = new Map<string, number>();
  const held = new Map<string, { token: string; until: number }>();
  let now = 0;
  for (const { who, what, afterMs, priority } of all) {
    now += afterMs;
    const name = `w${who}`;
    if (what === "redispatch") epochs.set(name, (epochs.get(name) ?? 1) + 1);
    const token = `s0.${epochs.get(name) ?? 1}`;
    if (what === "ask") {
      const known = held.get(name);
      const { granted } = book.ask(request(name, allows, { token, priority, since: who, holdMs: 5_000 }), now);
      if (granted && !(known?.token === token && known.until > now)) see(name, token, now);
      if (granted) held.set(name, { token, until: now + 5_000 });
    }
    if ((what === "end" || what === "unused") && held.get(name)?.token === token) {
      book.leave(holder(name), token, what === "end" ? "ended" : "unused");
      held.delete(name);
    }
    check(book, now);
  }
  return { book, held, now };
}

describe("whatever the work items do", () => {
  it("never more are under way than the limit allows", () => {
    fc.assert(
      fc.property(moves, fc.integer({ min: 1, max: 4 }), (all, max) => {
        const under = new Map<string, number>();
        const count = (book: LimitBook, now: number): void => {
          for (const [id, slot] of book.takeChanges().slots) {
            if (slot === null) under.delete(id);
            else under.set(id, slot.until);
          }
          expect([...under.values()].filter((until) => until > now).length).toBeLessThanOrEqual(max);
        };
        play(all, slots(max), () => undefined, count);
      }),
    );
  });

  it("never more begin within any stretch of time than the rate allows", () => {
    fc.assert(
      fc.property(moves, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5_000 }), (all, max, perMs) => {
        const begun: number[] = [];
        play(
          all.filter(({ what }) => what !== "unused"),
          rate(max, perMs),
          (_, __, now) => begun.push(now),
        );
        for (const [i, from] of begun.entries()) {
          expect(begun.slice(i).filter((at) => at < from + perMs).length).toBeLessThanOrEqual(max);
        }
      }),
    );
  });

  it("a work item that asks when it was told to is let through after finitely many questions", () => {
    fc.assert(
      fc.property(moves, fc.constantFrom(slots(1), slots(3), rate(1, 700), rate(3, 4_000)), (all, allows) => {
        const { book, now: start } = play(all, allows, () => undefined);
        let now = start;
        let asked = 0;
        for (;;) {
          const turn = book.ask(request("patient", allows, { since: 0, priority: -10 }), now);
          if (turn.granted) break;
          book.call(now);
          expect(turn.retryInMs).toBeGreaterThan(0);
          now += turn.retryInMs;
          // Nobody else asks any more: whoever was ahead is called, does not come and is forgotten.
          expect(++asked).toBeLessThan(400);
        }
      }),
    );
  });

  it("what was stored is the book: after every change a copy decides the same", () => {
    fc.assert(
      fc.property(moves, fc.integer({ min: 1, max: 3 }), (all, max) => {
        const stored = { slots: new Map(), waiters: new Map() };
        const live = new LimitBook();
        let now = 0;
        for (const { who, what, afterMs, priority } of all) {
          now += afterMs;
          const copy = new LimitBook(stored.slots, stored.waiters);
          const turn = request(`w${who}`, slots(max), { priority, since: who });
          const decide = (book: LimitBook) => {
            if (what === "ask") return [book.ask(turn, now), book.call(now)];
            book.leave(turn.holder, turn.token, "ended");
            return [book.call(now)];
          };
          expect(decide(copy)).toEqual(decide(live));
          const changes = live.takeChanges();
          for (const part of ["slots", "waiters"] as const) {
            for (const [id, entry] of changes[part]) {
              if (entry === null) stored[part].delete(id);
              else stored[part].set(id, entry);
            }
          }
        }
      }),
    );
  });
});
