import type { Fault } from "../../core/errors.ts";
import type { Result } from "../../core/result.ts";
import type { NodeTrust } from "../../core/run/reduce/observations.ts";
import { STORED_FORMS, type StoredForms } from "../../core/stored/forms.ts";
import { currentVersion, readStored } from "../../core/stored/stored-form.ts";
import { emptyTotals, isTotals, mergeTotals } from "../../core/trust/totals.ts";
import type { RingStore } from "../../spi/ring-store.ts";
import type { RingTrust } from "../../spi/run-coordinator.ts";

/** The owner of the books's pages. */
const BOOKS = "~trust";
/** Rows are billed whatever their size, but each is written whole. */
const BOOKS_ON_A_PAGE = 50;

/** A node's running totals within the ring. */
export type TrustBook = Omit<RingTrust, "source">;

interface Page {
  readonly v?: number;
  /** The highest batch number ever given when the page was written. */
  readonly last: number;
  readonly books: readonly TrustBook[];
}

/** A stored page of a ring's books. */
const readPage = (page: string, forms: StoredForms = STORED_FORMS): Result<Page, Fault> =>
  readStored<Page, Page>(forms["trust page"], page, ({ last, books }) => {
    if (!Number.isFinite(last) || !books.every(isBook)) throw new TypeError("no page");
    return { last, books };
  });

const isBook = ({ tenant, node, totals }: TrustBook): boolean =>
  typeof tenant === "string" && typeof node === "string" && isTotals(totals);

/** The books on a page of this code's form or an earlier one's; none on any other. */
export function booksOn(page: string): readonly TrustBook[] {
  const read = readPage(page);
  return read.ok ? read.value.books : [];
}

/**
 * What a ring has counted since it exists: each node's trust, and its batches, whose numbers are never given twice. Kept in
 * memory and written once a batch, in as few rows as there are pages that changed. A page that cannot be read stays as it
 * is: what is said of its nodes meanwhile gets a book of its own, and both are one once the page can be read again.
 */
export class TrustBooks {
  readonly #store: RingStore;
  readonly #forms: StoredForms;
  readonly #source: string;
  /** In the order in which they were begun: a book's place says its page. Null where there is none. */
  readonly #books: (TrustBook | null)[] = [];
  readonly #places = new Map<string, number>();
  /** Pages of which a book has moved to another: written together with it, or it would count twice. */
  readonly #moved = new Set<number>();
  /** Pages that cannot be read, and why. */
  readonly unread = new Map<string, Fault>();
  #last = 0;

  constructor(ring: number, store: RingStore, forms: StoredForms = STORED_FORMS) {
    this.#store = store;
    this.#forms = forms;
    this.#source = `ring-${ring.toString(16).padStart(2, "0")}`;
    for (const { part, body } of store.read(BOOKS)) {
      this.#fillUpTo(Number(part) * BOOKS_ON_A_PAGE);
      const page = readPage(body, forms);
      if (page.ok) this.#take(page.value);
      else this.unread.set(`${BOOKS} ${part}`, page.error);
      if (!page.ok) this.#fillUpTo((Number(part) + 1) * BOOKS_ON_A_PAGE);
    }
  }

  /** A number higher than any before it, whatever the clock says. */
  nextNumber(now: number): number {
    this.#last = Math.max(now, this.#last + 1);
    return this.#last;
  }

  /** The number has been given. */
  noteNumber(number: number): void {
    this.#last = Math.max(this.#last, number);
  }

  /** Counts what a run says about its nodes. Returns the keys of their books. */
  count(tenant: string, trust: readonly NodeTrust[]): readonly string[] {
    // All or nothing: what is no sum throws before anything is kept.
    const books = new Map<string, TrustBook>();
    for (const { node, totals } of trust) {
      const key = bookKey({ tenant, node });
      books.set(key, this.#merged({ tenant, node, totals }, books.get(key)));
    }
    for (const book of books.values()) this.#put(book);
    return [...books.keys()];
  }

  /** Writes down the pages of these books, and the last number in any case. Call inside a transaction. */
  write(keys: Iterable<string>): void {
    const changed = [...keys].map((key) => pageAt(this.#places.get(key) ?? 0));
    const pages = new Set([...changed, ...this.#moved]);
    if (pages.size === 0) pages.add(this.#firstReadable());
    this.#store.write(
      BOOKS,
      [...pages].map((page) => {
        const books = this.#books.slice(page * BOOKS_ON_A_PAGE, (page + 1) * BOOKS_ON_A_PAGE);
        const v = currentVersion(this.#forms["trust page"]);
        const body: Page = { v, last: this.#last, books: books.filter((book) => book !== null) };
        return { part: String(page).padStart(6, "0"), body: JSON.stringify(body), dueAt: null };
      }),
    );
    this.#moved.clear();
  }

  /** What the books say now. */
  totals(keys: readonly string[]): readonly RingTrust[] {
    return keys.flatMap((key) => {
      const book = this.#books[this.#places.get(key) ?? -1];
      return book ? [{ ...book, source: this.#source }] : [];
    });
  }

  #take({ last, books }: Page): void {
    this.noteNumber(last);
    for (const book of books) {
      const page = pageAt(this.#books.length);
      const isKnown = this.#places.has(bookKey(book));
      this.#put(this.#merged(book));
      if (!isKnown) continue;
      this.#moved.add(page).add(pageAt(this.#places.get(bookKey(book)) ?? 0));
    }
  }

  /** The book of a node, with what is said added. */
  #merged(said: TrustBook, known = this.#books[this.#places.get(bookKey(said)) ?? -1]): TrustBook {
    return { ...said, totals: mergeTotals(known?.totals ?? emptyTotals(), said.totals) };
  }

  #put(book: TrustBook): void {
    const place = this.#places.get(bookKey(book)) ?? this.#books.length;
    this.#places.set(bookKey(book), place);
    this.#books[place] = book;
  }

  #fillUpTo(length: number): void {
    while (this.#books.length < length) this.#books.push(null);
  }

  #firstReadable(): number {
    let page = 0;
    while (this.unread.has(`${BOOKS} ${String(page).padStart(6, "0")}`)) page++;
    return page;
  }
}

const pageAt = (place: number): number => Math.floor(place / BOOKS_ON_A_PAGE);

/** What names the book of a node. */
export const bookKey = ({ tenant, node }: Pick<TrustBook, "tenant" | "node">): string => JSON.stringify([tenant, node]);
