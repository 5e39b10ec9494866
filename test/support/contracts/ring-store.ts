import { expect, it } from "vitest";
import type { RingStore } from "../../../src/spi/ring-store.ts";

/** What every ring storage does. `use` runs a check with an empty store. */
export function ringStoreContract(label: string, use: (check: (store: RingStore) => void) => Promise<void>): void {
  const part = (name: string, body = name, dueAt: number | null = null) => ({ part: name, body, dueAt });

  it(`${label}: gives back what was written, sorted by part`, () =>
    use((store) => {
      store.write("r", [part("b"), part("a", "ä\u{1F30A}", 7)]);
      expect(store.read("r")).toEqual([part("a", "ä\u{1F30A}", 7), part("b")]);
      expect(store.read("other")).toEqual([]);
    }));

  it(`${label}: a part written again is replaced`, () =>
    use((store) => {
      store.write("r", [part("a", "old", 1)]);
      store.write("r", [part("a", "new")]);
      expect(store.read("r")).toEqual([part("a", "new")]);
    }));

  it(`${label}: removes the named parts, or all of an owner, and nothing of another`, () =>
    use((store) => {
      store.write("r", [part("a"), part("b"), part("c")]);
      store.write("s", [part("a")]);
      store.remove("r", ["a", "unknown"]);
      expect(store.read("r").map((one) => one.part)).toEqual(["b", "c"]);
      store.remove("r");
      store.remove("unknown");
      expect(store.read("r")).toEqual([]);
      expect(store.read("s")).toEqual([part("a")]);
    }));

  it(`${label}: a transaction that throws leaves nothing behind`, () =>
    use((store) => {
      store.write("r", [part("a", "before")]);
      const broken = () =>
        store.transaction(() => {
          store.write("r", [part("a", "after"), part("b")]);
          store.remove("r", ["a"]);
          throw new Error("planned");
        });
      expect(broken).toThrow("planned");
      expect(store.read("r")).toEqual([part("a", "before")]);
    }));

  it(`${label}: a transaction's answer is handed on, and its writes stay`, () =>
    use((store) => {
      const answer = store.transaction(() => {
        store.write("r", [part("a")]);
        return 42;
      });
      expect(answer).toBe(42);
      expect(store.read("r")).toHaveLength(1);
    }));

  it(`${label}: remembers keys apart from parts, and forgets those whose time is over`, () =>
    use((store) => {
      expect(store.keys.any()).toBe(false);
      for (const [id, expiresAt] of [
        ["a", 5],
        ["b", 5],
        ["c", 6],
        ["d", 4],
      ] as const)
        store.keys.put(id, { hash: `old ${id}`, expiresAt });
      store.keys.put("d", { hash: "new", expiresAt: 7 });
      store.keys.remove("c");
      store.keys.remove("unknown");
      expect(store.keys.get("a")).toEqual({ hash: "old a", expiresAt: 5 });
      expect(store.keys.get("c")).toBeNull();
      expect(store.keys.get("d")).toEqual({ hash: "new", expiresAt: 7 });
      expect(store.owners()).toEqual([]);
      expect([store.keys.expire(4, 10), store.keys.expire(5, 1), store.keys.expire(5, 10)]).toEqual([0, 1, 1]);
      expect(store.keys.any()).toBe(true);
      expect(store.keys.expire(7, 10)).toBe(1);
      expect(store.keys.any()).toBe(false);
    }));

  it(`${label}: keys are part of the transaction they change in`, () =>
    use((store) => {
      store.keys.put("kept", { hash: "h", expiresAt: 5 });
      const broken = () =>
        store.transaction(() => {
          store.keys.put("new", { hash: "h", expiresAt: 5 });
          store.keys.put("kept", { hash: "other", expiresAt: 9 });
          store.keys.expire(6, 10);
          throw new Error("planned");
        });
      expect(broken).toThrow("planned");
      expect(store.keys.get("new")).toBeNull();
      expect(store.keys.get("kept")).toEqual({ hash: "h", expiresAt: 5 });
    }));

  it(`${label}: an owner is due when its last part is`, () =>
    use((store) => {
      store.write("r", [part("b", "", 5), part("a", "", 1)]);
      store.write("s", [part("a", "", 6)]);
      store.write("t", [part("a", "", 7), part("b")]);
      const timers = [...store.timers()].sort((x, y) => x.dueAt - y.dueAt);
      expect(timers).toEqual([
        { owner: "r", dueAt: 5 },
        { owner: "s", dueAt: 6 },
      ]);
    }));

  it(`${label}: owners are named once, with a due time or without, until their last part is removed`, () =>
    use((store) => {
      store.write("r", [part("a", "", 5), part("b")]);
      store.write("s", [part("a")]);
      store.write("t", [part("a")]);
      store.remove("t", ["a"]);
      expect([...store.owners()].sort()).toEqual(["r", "s"]);
    }));

  it(`${label}: holds a part of half a million characters`, () =>
    use((store) => {
      const body = "x".repeat(500_000);
      store.write("r", [part("a", body)]);
      expect(store.read("r")[0]?.body.length).toBe(500_000);
    }));

  it(`${label}: refuses a part that no row takes, and goes on with what it had`, () =>
    use((store) => {
      store.write("r", [part("a", "before")]);
      const large = () =>
        store.transaction(() => store.write("r", [part("a", "after"), part("b", "ä".repeat(1_200_000))]));
      expect(large).toThrow(
        expect.objectContaining({ fault: expect.objectContaining({ code: "RUN_UNSTORABLE" }) as object }) as Error,
      );
      expect(store.read("r")).toEqual([part("a", "before")]);
      store.write("r", [part("a", "later")]);
      expect(store.read("r")).toEqual([part("a", "later")]);
    }));
}
