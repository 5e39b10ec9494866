import { ringNumber } from "./run-coordinator.ts";
import type { RingPart, RingStore } from "../../spi/ring-store.ts";

/**
 * Which ring this object is. An object woken by its alarm may not be told its name, so the first call that knows it
 * writes it down.
 */
export function rememberedRing(storage: DurableObjectStorage, name: string | undefined): number {
  const known = storage.kv.get<number>("ring");
  if (known !== undefined) return known;
  const number = ringNumber(name);
  if (number === null) throw new RangeError(`an object named '${name ?? ""}' is no ring`);
  storage.kv.put("ring", number);
  return number;
}

/**
 * Ring storage in a Durable Object's SQLite: one table without rowid, so a part is exactly one billed row and no index is
 * written beside it.
 */
export function durableRingStore(storage: DurableObjectStorage): RingStore {
  const { sql } = storage;
  sql.exec(
    "CREATE TABLE IF NOT EXISTS parts (owner TEXT NOT NULL, part TEXT NOT NULL, body TEXT NOT NULL, due_at INTEGER, PRIMARY KEY (owner, part)) WITHOUT ROWID",
  );
  return {
    transaction: (work) => storage.transactionSync(work),
    read: (owner) =>
      sql
        .exec<{ part: string; body: string; due_at: number | null }>(
          "SELECT part, body, due_at FROM parts WHERE owner = ? ORDER BY part",
          owner,
        )
        .toArray()
        .map(({ part, body, due_at }): RingPart => ({ part, body, dueAt: due_at })),
    write: (owner, parts) => {
      for (const { part, body, dueAt } of parts) {
        sql.exec(
          "INSERT OR REPLACE INTO parts (owner, part, body, due_at) VALUES (?, ?, ?, ?)",
          owner,
          part,
          body,
          dueAt,
        );
      }
    },
    remove: (owner, parts) => {
      if (parts === undefined) sql.exec("DELETE FROM parts WHERE owner = ?", owner);
      else for (const part of parts) sql.exec("DELETE FROM parts WHERE owner = ? AND part = ?", owner, part);
    },
    owners: () =>
      sql
        .exec<{ owner: string }>("SELECT DISTINCT owner FROM parts")
        .toArray()
        .map(({ owner }) => owner),
    timers: () =>
      sql
        .exec<{ owner: string; part: string; due_at: number }>(
          "SELECT owner, part, due_at FROM parts WHERE due_at IS NOT NULL",
        )
        .toArray()
        .map(({ owner, part, due_at }) => ({ owner, part, dueAt: due_at })),
  };
}
