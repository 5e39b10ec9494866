import { RuntimeHostError } from "../../core/errors.ts";
import { rowFault } from "../../core/stored/row-size.ts";
import { ringNumber } from "./run-coordinator.ts";
import { migrate, type Migration } from "./migrations.ts";
import { Slots, type StoredSlot } from "./slots.ts";
import type { Clock } from "../../spi/clock.ts";
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

/** The row that names the free slots; slots themselves are numbered from 1. */
const FREE_LIST = 0;

/** The layouts a ring's tables have had. */
export const RING_MIGRATIONS: readonly Migration[] = [
  // Rings of before layouts were numbered have this table already.
  (sql) =>
    void sql.exec(
      "CREATE TABLE IF NOT EXISTS slots (n INTEGER PRIMARY KEY, owner TEXT NOT NULL, part TEXT NOT NULL, born INTEGER NOT NULL, chars INTEGER NOT NULL, due_at INTEGER, body TEXT NOT NULL)",
    ),
  (sql) =>
    void sql.exec(
      "CREATE TABLE keys (id TEXT PRIMARY KEY, hash TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID",
    ),
];

/**
 * Ring storage in a Durable Object's SQLite: a part is a row with a number and no index beside it, written over by another
 * part once it has been removed (see Slots). Which part is where is known in memory, read in one scan when the object wakes.
 */
export function durableRingStore(storage: DurableObjectStorage, clock: Clock): RingStore {
  const { sql } = storage;
  migrate(storage, "a ring", RING_MIGRATIONS);
  let known: Slots | null = null;
  let isOpen = false;
  const slots = (): Slots => (known ??= readSlots(sql));

  const transaction = <T>(work: () => T): T => {
    isOpen = true;
    try {
      return storage.transactionSync(() => {
        const answer = work();
        const list = known?.takeList() ?? null;
        if (list !== null) put(sql, { n: FREE_LIST, owner: "", part: "", born: 0, chars: 0, dueAt: null }, list);
        return answer;
      });
    } catch (thrown) {
      // What is in memory ran ahead of what is stored.
      known = null;
      throw thrown;
    } finally {
      isOpen = false;
    }
  };
  const change = (work: () => void): void => (isOpen ? work() : transaction(work));
  const erase = (n: number): void => void sql.exec("DELETE FROM slots WHERE n = ?", n);

  return {
    transaction,
    read: (owner) =>
      slots()
        .of(owner)
        .map(([part, { n, dueAt }]): RingPart => ({ part, body: bodyOf(sql, n) ?? "", dueAt })),
    write: (owner, parts) =>
      change(() => {
        for (const { part, body, dueAt } of parts) {
          put(sql, { ...slots().place(owner, part, body.length, dueAt), owner, part }, body);
        }
      }),
    remove: (owner, parts) =>
      change(() => {
        for (const part of parts ??
          slots()
            .of(owner)
            .map(([name]) => name)) {
          const surplus = slots().remove(owner, part, clock.now());
          if (surplus !== null) erase(surplus);
        }
      }),
    owners: () => slots().owners,
    timers: () =>
      slots().owners.flatMap((owner) => {
        const dueAt = slots().of(owner).at(-1)?.[1].dueAt ?? null;
        return dueAt === null ? [] : [{ owner, dueAt }];
      }),
    keys: {
      get: (id) =>
        sql
          .exec<{ hash: string; expiresAt: number }>("SELECT hash, expires_at AS expiresAt FROM keys WHERE id = ?", id)
          .toArray()[0] ?? null,
      put: (id, { hash, expiresAt }) =>
        change(
          () =>
            void sql.exec(
              "INSERT INTO keys (id, hash, expires_at) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at",
              id,
              hash,
              expiresAt,
            ),
        ),
      remove: (id) => change(() => void sql.exec("DELETE FROM keys WHERE id = ?", id)),
      expire: (now, limit) => {
        let removed = 0;
        change(() => {
          removed = sql
            .exec(
              "DELETE FROM keys WHERE id IN (SELECT id FROM keys WHERE expires_at <= ? LIMIT ?) RETURNING id",
              now,
              limit,
            )
            .toArray().length;
        });
        return removed;
      },
      any: () => sql.exec("SELECT 1 FROM keys LIMIT 1").toArray().length > 0,
    },
    remains: {
      dueAt: () => slots().eraseAt(),
      erase: (until) => {
        const old = slots().takeErasable(until);
        if (old.length > 0) change(() => old.forEach(erase));
      },
    },
  };
}

/** One row, whether the slot is new or written over. */
function put(sql: SqlStorage, { n, owner, part, born, chars, dueAt }: StoredSlot, body: string): void {
  const tooLarge = rowFault(body);
  if (tooLarge) throw new RuntimeHostError(tooLarge);
  sql.exec(
    "INSERT INTO slots (n, owner, part, born, chars, due_at, body) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (n) DO UPDATE SET owner = excluded.owner, part = excluded.part, born = excluded.born, chars = excluded.chars, due_at = excluded.due_at, body = excluded.body",
    n,
    owner,
    part,
    born,
    chars,
    dueAt,
    body,
  );
}

const bodyOf = (sql: SqlStorage, n: number): string | null =>
  sql.exec<{ body: string }>("SELECT body FROM slots WHERE n = ?", n).toArray()[0]?.body ?? null;

/** Bodies come last in a row and are not asked for, so long ones are not read. */
const readSlots = (sql: SqlStorage): Slots =>
  new Slots(
    sql
      .exec<Record<keyof StoredSlot, never>>(
        "SELECT n, owner, part, born, chars, due_at AS dueAt FROM slots WHERE n > ?",
        FREE_LIST,
      )
      .toArray(),
    bodyOf(sql, FREE_LIST),
  );
