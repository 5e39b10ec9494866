import { LimitBook } from "../../core/limit/book.ts";
import type { LimitId } from "../../core/limit/work-item-limits.ts";
import type { Clock } from "../../spi/clock.ts";
import type { Limiter } from "../../spi/limiter.ts";

/** Limits in process. */
export function memoryLimiter(clock: Clock): Limiter {
  const books = new Map<LimitId, LimitBook>();
  const withBook = <T>(limit: LimitId, use: (book: LimitBook, now: number) => T): T => {
    const book = books.get(limit) ?? new LimitBook();
    const answer = use(book, clock.now());
    // Nothing is stored, so nobody asks what has changed.
    book.takeChanges();
    if (book.empty) books.delete(limit);
    else books.set(limit, book);
    return answer;
  };
  return {
    acquire: async (limit, requests) =>
      withBook(limit, (book, now) => ({
        turns: requests.map((request) => book.ask(request, now)),
        called: book.call(now),
      })),
    release: async (limit, leaving) =>
      withBook(limit, (book, now) => {
        for (const { holder, token, how } of leaving) book.leave(holder, token, how);
        return book.call(now);
      }),
  };
}
