import { LimitBook, type Holder, type Slot, type TurnRequest, type Waiter } from "../../core/limit/book.ts";
import type { Clock } from "../../spi/clock.ts";
import type { Leaving, Turns } from "../../spi/limiter.ts";

type Kind = "slot" | "waiter";

/**
 * One limit in an object's SQLite: the book is kept in memory and every change of it is one row. What is past is
 * forgotten with the next question, so an idle object needs no alarm.
 */
export class LimitDesk {
  readonly #storage: DurableObjectStorage;
  readonly #clock: Clock;
  #book: LimitBook | null = null;

  constructor(storage: DurableObjectStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
    storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS entries (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID",
    );
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
    const book = (this.#book ??= new LimitBook(this.#read<Slot>("slot"), this.#read<Waiter>("waiter")));
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

  #read<T>(kind: Kind): readonly (readonly [string, T])[] {
    const rows = this.#storage.sql.exec<{ id: string; body: string }>(
      "SELECT id, body FROM entries WHERE kind = ?",
      kind,
    );
    return rows.toArray().map(({ id, body }) => [id, JSON.parse(body) as T]);
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
