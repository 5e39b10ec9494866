import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Gathering } from "../../../src/app/execute/gathering.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A receiver that answers when a test says so, and never hears two calls at once. */
class Receiver {
  readonly calls: (readonly number[])[] = [];
  open: { readonly items: readonly number[]; readonly settle: (refuse: boolean) => void } | null = null;

  readonly send = (items: readonly number[]): Promise<readonly string[]> => {
    expect(this.open).toBeNull();
    this.calls.push(items);
    return new Promise((resolve, reject) => {
      this.open = {
        items,
        settle: (refuse) => {
          this.open = null;
          if (refuse) reject(new Error(`refused ${items.join()}`));
          else resolve(items.map((item) => `reply to ${item}`));
        },
      };
    });
  };
}

describe("what is gathered", () => {
  it("goes at once when nothing is under way, with what comes in the same turn", async () => {
    const receiver = new Receiver();
    const gathering = new Gathering(receiver.send);
    const replies = [1, 2].map((item) => gathering.give(item));
    await turn();
    receiver.open?.settle(false);
    expect(await Promise.all(replies)).toEqual(["reply to 1", "reply to 2"]);
    void gathering.give(3);
    await turn();
    expect(receiver.calls).toEqual([[1, 2], [3]]);
  });

  it("goes in as many calls as its size asks for, each with its own end", async () => {
    const receiver = new Receiver();
    const gathering = new Gathering(receiver.send, () => 2);
    const replies = [1, 2, 3].map((item) => gathering.give(item));
    const ends = Promise.allSettled(replies);
    await turn();
    receiver.open?.settle(false);
    await turn();
    receiver.open?.settle(true);
    expect((await ends).map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect(receiver.calls).toEqual([[1, 2], [3]]);
  });

  it("goes one at a time where not even one fits", async () => {
    const gathering = new Gathering(
      async (items: readonly number[]) => [items.length],
      () => 0,
    );
    expect(await Promise.all([gathering.give(1), gathering.give(2)])).toEqual([1, 1]);
  });

  it("is told when the receiver throws before it promises anything, and goes on", async () => {
    let calls = 0;
    const gathering = new Gathering((items: readonly number[]) => {
      if (++calls === 1) throw new Error("no");
      return Promise.resolve(items);
    });
    await expect(gathering.give(1)).rejects.toThrow("no");
    expect(await gathering.give(2)).toBe(2);
  });

  it("has its own reply, in order, one call at a time, and a refusal reaches every item of its call and no other", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(fc.constant("give" as const), fc.constant("answer" as const), fc.constant("refuse" as const)),
          {
            maxLength: 40,
          },
        ),
        fc.integer({ min: 1, max: 4 }),
        async (deeds, most) => {
          const receiver = new Receiver();
          const gathering = new Gathering(receiver.send, () => most);
          const ends: Promise<string>[] = [];
          const expected: string[] = [];
          const settle = async (refuse: boolean): Promise<void> => {
            const { items = [], settle: end } = receiver.open ?? {};
            for (const item of items) expected[item] = refuse ? `refused ${items.join()}` : `reply to ${item}`;
            end?.(refuse);
            await turn();
          };
          for (const deed of deeds) {
            if (deed === "give") {
              const end = gathering.give(ends.length);
              ends.push(end.catch((thrown: unknown) => (thrown as Error).message));
            } else await settle(deed === "refuse");
            await turn();
          }
          while (receiver.open) await settle(false);
          expect(await Promise.all(ends)).toEqual(expected);
          expect(receiver.calls.flat()).toEqual(ends.map((_, item) => item));
          expect(receiver.calls.every(({ length }) => length >= 1 && length <= most)).toBe(true);
        },
      ),
      { numRuns: 60 },
    ));
});
