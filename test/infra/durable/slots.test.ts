import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Slots, type StoredSlot } from "../../../src/infra/durable/slots.ts";

const MINUTE = 60 * 1_000;
const HOUR = 60 * MINUTE;
/** More than is kept for reuse. */
const LARGE = 40_000;
const MANY = 1_200;

type Row = StoredSlot & { readonly body: number };

/** What is stored, as of one transaction. */
interface Disk {
  readonly rows: Map<number, Row>;
  list: string | null;
}

interface Put {
  readonly owner: string;
  readonly part: string;
  readonly chars: number;
}
type Change =
  | { readonly type: "put"; readonly put: Put }
  | { readonly type: "remove"; readonly owner: string; readonly part: string }
  | { readonly type: "flood"; readonly size: number };
type Command =
  /** One transaction; it may be rolled back, and the object may be evicted right after it. */
  | { readonly type: "transact"; readonly changes: readonly Change[]; readonly fails: boolean; readonly dies: boolean }
  /** The clock goes on or, on another machine, back; what must be erased by then is. */
  | { readonly type: "pass"; readonly ms: number };

const named = { owner: fc.constantFrom("r1", "r2", "~o"), part: fc.constantFrom("r", "s0", "s1", "t") };
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant("transact" as const),
      changes: fc.array(
        fc.oneof(
          { weight: 12, arbitrary: fc.record({ type: fc.constant("put" as const), put: putOf() }) },
          { weight: 12, arbitrary: fc.record({ type: fc.constant("remove" as const), ...named }) },
          {
            weight: 1,
            arbitrary: fc.record({ type: fc.constant("flood" as const), size: fc.constantFrom(3, 30, MANY) }),
          },
        ),
        { maxLength: 6 },
      ),
      fails: fc.boolean(),
      dies: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("pass" as const),
      ms: fc.constantFrom(0, 1, MINUTE, 50 * MINUTE, HOUR, -5 * MINUTE),
    }),
  },
);

function putOf(): fc.Arbitrary<Put> {
  return fc.record({ ...named, chars: fc.constantFrom(0, 10, 10, LARGE) });
}

/** A ring's storage made of slots, beside a plain map of what should be in it. */
class Ring {
  disk: Disk = { rows: new Map(), list: null };
  now = 10 * HOUR;
  slots = new Slots([], null);
  /** `owner part` → body. */
  model = new Map<string, number>();
  #bodies = 0;
  /** When the part that a stored row is not needed for any more was removed, by body. */
  readonly removedAt = new Map<number, number>();

  run(commands: readonly Command[], check: () => void): void {
    for (const one of commands) {
      if (one.type === "pass") this.#pass(one.ms);
      else this.#transact(one);
      check();
    }
  }

  reopened(): Slots {
    return new Slots(this.disk.rows.values(), this.disk.list);
  }

  /** `owner part` → body, as the directory has it. */
  found(slots: Slots): Map<string, number | undefined> {
    return new Map(
      slots.owners.flatMap((owner) =>
        slots.of(owner).map(([part, { n }]) => [`${owner} ${part}`, this.disk.rows.get(n)?.body] as const),
      ),
    );
  }

  #transact({ changes, fails, dies }: Extract<Command, { type: "transact" }>): void {
    const disk: Disk = { rows: new Map(this.disk.rows), list: this.disk.list };
    const model = new Map(this.model);
    for (const change of changes.flatMap(spelled)) {
      if (change.type === "put") this.#put(disk, model, change.put);
      else this.#remove(disk, model, change);
    }
    disk.list = this.slots.takeList() ?? disk.list;
    if (!fails) {
      for (const [name, body] of this.model) if (model.get(name) !== body) this.removedAt.set(body, this.now);
      Object.assign(this, { disk, model });
    }
    if (fails || dies) this.slots = this.reopened();
  }

  #put({ rows }: Disk, model: Map<string, number>, { owner, part, chars }: Put): void {
    const { isNew, ...slot } = this.slots.place(owner, part, chars, null);
    expect(rows.has(slot.n)).toBe(!isNew);
    const body = ++this.#bodies;
    rows.set(slot.n, { ...slot, owner, part, body });
    model.set(`${owner} ${part}`, body);
  }

  #remove({ rows }: Disk, model: Map<string, number>, { owner, part }: { owner: string; part: string }): void {
    const surplus = this.slots.remove(owner, part, this.now);
    if (surplus !== null) expect(rows.delete(surplus)).toBe(true);
    model.delete(`${owner} ${part}`);
  }

  #pass(ms: number): void {
    this.now += ms;
    for (let at = this.slots.eraseAt(); at !== null && at <= this.now; at = this.slots.eraseAt()) {
      for (const n of this.slots.takeErasable(this.now)) expect(this.disk.rows.delete(n)).toBe(true);
    }
  }
}

const spelled = (change: Change): readonly Exclude<Change, { type: "flood" }>[] => {
  if (change.type !== "flood") return [change];
  const parts = Array.from({ length: change.size }, (_, i) => ({ owner: "flood", part: String(i), chars: 1 }));
  return [
    ...parts.map((put) => ({ type: "put" as const, put })),
    ...parts.map(({ owner, part }) => ({ type: "remove" as const, owner, part })),
  ];
};

const always = (check: (ring: Ring) => void): void =>
  fc.assert(
    fc.property(fc.array(command, { maxLength: 40, size: "max" }), (commands) => {
      const ring = new Ring();
      ring.run(commands, () => check(ring));
    }),
    { numRuns: 150 },
  );

describe("slots, whatever is written, removed, rolled back, erased and found again", () => {
  it("hold every part that is there and none that was removed, before and after an eviction", () => {
    always((ring) => {
      expect(ring.found(ring.slots)).toEqual(ring.model);
      expect(ring.found(ring.reopened())).toEqual(ring.model);
    });
  });

  it("belong to one part each", () => {
    always(({ slots }) => {
      const numbers = slots.owners.flatMap((owner) => slots.of(owner).map(([, { n }]) => n));
      expect(new Set(numbers).size).toBe(numbers.length);
    });
  });

  it("hold nothing an hour after it was removed", () => {
    always(({ disk, removedAt, now }) => {
      for (const { body } of disk.rows.values())
        expect((removedAt.get(body) ?? now) + HOUR).toBeGreaterThanOrEqual(now);
    });
  });

  it("are all known: what no part is in is free, and erased in the end", () => {
    always((ring) => {
      const slots = ring.reopened();
      const left = new Set(ring.disk.rows.keys());
      for (let at = slots.eraseAt(); at !== null; at = slots.eraseAt())
        for (const n of slots.takeErasable(at)) left.delete(n);
      expect(left.size).toBe(ring.model.size);
    });
  });

  it("are kept for reuse up to a bound, so that the list of them stays a small row", () => {
    always(({ disk, model }) => {
      expect(disk.rows.size - model.size).toBeLessThanOrEqual(1_000);
      expect((disk.list ?? "").length).toBeLessThan(40_000);
    });
  });
});

describe("a free slot", () => {
  it("is taken before a new one is made, the one first that is free for longest", () => {
    const slots = new Slots([], null);
    for (const part of ["a", "b", "c"]) slots.place("r", part, 1, null);
    slots.remove("r", "b", 20);
    slots.remove("r", "a", 10);
    expect(["x", "y", "z"].map((part) => slots.place("q", part, 1, null).n)).toEqual([1, 2, 4]);
  });

  it("is erased together with those that became free a little later, and not before any of them must be", () => {
    const slots = new Slots([], null);
    for (const part of ["a", "b", "c"]) slots.place("r", part, 1, null);
    for (const [part, at] of [
      ["a", 0],
      ["b", 10],
      ["c", 20],
    ] as const)
      slots.remove("r", part, at * MINUTE);
    expect(slots.eraseAt()).toBe(HOUR);
    expect(slots.takeErasable(HOUR - 1)).toEqual([]);
    expect(slots.takeErasable(HOUR)).toEqual([1, 2]);
    expect(slots.eraseAt()).toBe(HOUR + 20 * MINUTE);
  });

  it("that was erased is never mistaken for one that comes to be stored there later", () => {
    const slots = new Slots([], null);
    slots.place("r", "a", 1, null);
    slots.remove("r", "a", 0);
    const list = slots.takeList();
    expect(slots.takeErasable(HOUR)).toEqual([1]);
    const { isNew, ...slot } = new Slots([], list).place("q", "a", 1, null);
    expect([isNew, slot.n]).toEqual([true, 1]);
    expect(new Slots([{ ...slot, owner: "q", part: "a" }], list).of("q")).toEqual([["a", slot]]);
  });

  it("costs no new list when it is taken, nor when the part was too large to be kept", () => {
    const slots = new Slots([], null);
    slots.place("r", "a", 1, null);
    slots.place("r", "b", LARGE, null);
    slots.remove("r", "a", 0);
    expect(slots.takeList()).toBe("[[0,1,1]]");
    expect(slots.remove("r", "b", 0)).toBe(2);
    slots.place("r", "c", 1, null);
    expect(slots.takeList()).toBeNull();
  });
});
