import type { NodeTrust } from "../../core/run/reduce/observations.ts";
import { emptyTotals, mergeTotals } from "../../core/trust/totals.ts";
import type { RingStore } from "../../spi/ring-store.ts";
import type { RingTrust } from "../../spi/run-coordinator.ts";

/** The owner of the ledger's pages. */
const LEDGER = "~trust";
/** Rows are billed whatever their size, but each is written whole. */
const BOOKS_ON_A_PAGE = 50;

/** A node's running totals within the ring. */
export type TrustBook = Omit<RingTrust, "source">;

interface Page {
  /** The highest batch number ever given when the page was written. */
  readonly last: number;
  readonly books: readonly TrustBook[];
}

/** The books on a stored page of a ring's ledger. */
export const booksOn = (page: string): readonly TrustBook[] => (JSON.parse(page) as Page).books;

/**
 * What a ring has counted since it exists: each node's trust, and its batches, whose numbers are never given twice. Kept in
 * memory and written once a batch, in as few rows as there are pages that changed.
 */
export class RingLedger {
  readonly #store: RingStore;
  readonly #source: string;
  /** In the order in which they were begun: a book's place says its page. */
  readonly #books: TrustBook[] = [];
  readonly #places = new Map<string, number>();
  #last = 0;

  constructor(ring: number, store: RingStore) {
    this.#store = store;
    this.#source = `ring-${ring.toString(16).padStart(2, "0")}`;
    for (const { body } of store.read(LEDGER)) {
      const { last, books } = JSON.parse(body) as Page;
      this.#last = Math.max(this.#last, last);
      for (const book of books) this.#places.set(keyOf(book), this.#books.push(book) - 1);
    }
  }

  /** A number higher than any before it, whatever the clock says. */
  nextNumber(now: number): number {
    this.#last = Math.max(now, this.#last + 1);
    return this.#last;
  }

  /** Counts what a run says about its nodes. Returns the keys of their books. */
  count(tenant: string, trust: readonly NodeTrust[]): readonly string[] {
    return trust.map(({ node, totals: said }) => {
      const key = keyOf({ tenant, node });
      const place = this.#places.get(key) ?? this.#books.length;
      const { totals } = this.#books[place] ?? { totals: emptyTotals() };
      this.#places.set(key, place);
      this.#books[place] = { tenant, node, totals: mergeTotals(totals, said) };
      return key;
    });
  }

  /** Writes down the pages of these books, and the last number in any case. Call inside a transaction. */
  write(keys: Iterable<string>): void {
    const pages = new Set([...keys].map((key) => Math.floor((this.#places.get(key) ?? 0) / BOOKS_ON_A_PAGE)));
    if (pages.size === 0) pages.add(0);
    this.#store.write(
      LEDGER,
      [...pages].map((page) => {
        const books = this.#books.slice(page * BOOKS_ON_A_PAGE, (page + 1) * BOOKS_ON_A_PAGE);
        const body: Page = { last: this.#last, books };
        return { part: String(page).padStart(6, "0"), body: JSON.stringify(body), dueAt: null };
      }),
    );
  }

  /** What the books say now. */
  totals(keys: readonly string[]): readonly RingTrust[] {
    return keys.flatMap((key) => {
      const book = this.#books[this.#places.get(key) ?? -1];
      return book ? [{ ...book, source: this.#source }] : [];
    });
  }
}

const keyOf = ({ tenant, node }: Pick<TrustBook, "tenant" | "node">): string => JSON.stringify([tenant, node]);
