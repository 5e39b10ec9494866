import { LimitBook, type Holder, type Slot, type TurnRequest, type Waiter } from "../../core/limit/book.ts";
import { isSlot, isWaiter } from "../../core/limit/entries.ts";
import { STORED_FORMS } from "../../core/stored/forms.ts";
import { readFitting } from "../../core/stored/stored-form.ts";
import type { Clock } from "../../spi/clock.ts";
import type { Leaving, Turns } from "../../spi/limiter.ts";
import type { Log } from "../../spi/log.ts";
import { migrate, type Migration } from "./migrations.ts";

type Kind = "slot" | "waiter";

/** The layouts a limit's table has had. */
const MIGRATIONS: readonly Migration[] = [
  // Limits of before layouts were numbered have this table already.
  (sql) =>
    void sql.exec(
      "CREATE TABLE IF NOT EXISTS entries (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID",
    ),
];

/**
 * One limit in an object's SQLite: the book is kept in memory and every change of it is one row. What is past is
 * forgotten with the next question, so an idle object needs no alarm.
 */
export class LimitDesk {
  readonly #storage: DurableObjectStorage;
  readonly #clock: Clock;
  readonly #log: Log;
  #book: LimitBook | null = null;

  /** Throws RECORD_NEWER for tables that only later code knows. */
  constructor(storage: DurableObjectStorage, clock: Clock, log: Log) {
    this.#storage = storage;
    this.#clock = clock;
    this.#log = log;
    migrate(storage, "the count of a limit", MIGRATIONS);
  }

  acquire(requests: readonly TurnRequest[]): Turns {
    return this.#decide((book, now) => ({
      turns: requests.map((request) => book.ask(request, now)),
      called: book.call(now),
    }));
  }

  release(leaving: readonly Leaving[]): readonly Holder[] {
    return this.#decide((book, now) => {
      for (const { holder, token, how } of leaving) book.leave(holder, token, how);
      return book.call(now);
    });
  }

  /** One transaction. The book runs ahead of storage inside it, so a refused one throws the book away. */
  #decide<T>(use: (book: LimitBook, now: number) => T): T {
    const book = (this.#book ??= new LimitBook(this.#read("slot", isSlot), this.#read("waiter", isWaiter)));
    try {
      return this.#storage.transactionSync(() => {
        const answer = use(book, this.#clock.now());
        const { slots, waiters } = book.takeChanges();
        this.#write("slot", slots);
        this.#write("waiter", waiters);
        return answer;
      });
    } catch (thrown) {
      this.#book = null;
      throw thrown;
    }
  }

  /**
   * What cannot be read is left out and stays as it is stored. Whoever holds it is not held up: a waiter asks again by
   * itself, and a turn is over with its lease.
   */
  #read<T extends Slot | Waiter>(kind: Kind, isOne: (stored: T) => boolean): readonly (readonly [string, T])[] {
    const rows = this.#storage.sql.exec<{ id: string; body: string }>(
      "SELECT id, body FROM entries WHERE kind = ?",
      kind,
    );
    return rows.toArray().flatMap(({ id, body }): readonly (readonly [string, T])[] => {
      const entry = readFitting(STORED_FORMS["limit entry"], body, isOne);
      if (entry.ok) return [[id, entry.value]];
      const { code, message } = entry.error;
      const fields = { correlation_id: id.split("/")[0] ?? id, entry: `${kind} ${id}`, code, reason: message };
      this.#log.error("an entry of a limit cannot be read; it counts for nothing and stays as it is", fields);
      return [];
    });
  }

  #write(kind: Kind, changes: ReadonlyMap<string, Slot | Waiter | null>): void {
    const { sql } = this.#storage;
    for (const [id, entry] of changes) {
      if (entry === null) sql.exec("DELETE FROM entries WHERE kind = ? AND id = ?", kind, id);
      else
        sql.exec("INSERT OR REPLACE INTO entries (kind, id, body) VALUES (?, ?, ?)", kind, id, JSON.stringify(entry));
    }
  }
}
