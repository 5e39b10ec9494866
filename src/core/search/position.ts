import type { Instant } from "../run/model/state.ts";

/** A place in a list that is sorted by time, newest first, and by id where times are equal. */
export interface Position {
  /** Milliseconds since the epoch. */
  readonly at: Instant;
  readonly id: string;
}

/** Which part of a list is asked for: at most `limit` entries after a place; from the beginning when that is null. */
export interface PageRequest {
  readonly limit: number;
  readonly after: Position | null;
}

/** A part of a list. `next` is where the following part starts; null when this one is the last. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: Position | null;
}

/** A position as clients carry it: opaque to them, free of characters a query would have to escape but for the id's own. */
export const encodeCursor = ({ at, id }: Position): string => `${at.toString(36)}.${id}`;

const CURSOR = /^(0|[1-9a-z][0-9a-z]{0,10})\.(.{1,300})$/s;

/** Reads what `encodeCursor` wrote; null for any other text. */
export function decodeCursor(text: string): Position | null {
  const [, time = "", id = ""] = CURSOR.exec(text) ?? [];
  const at = Number.parseInt(time, 36);
  return Number.isSafeInteger(at) ? { at, id } : null;
}

/** The order of every list: newest first, then by id, descending. Ids are compared by UTF-16 code units. */
export const newestFirst = (a: Position, b: Position): number =>
  b.at - a.at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);

/** Whether an entry at `place` comes after the cursor. */
export const isAfter = (place: Position, cursor: Position | null): boolean =>
  cursor === null || newestFirst(cursor, place) < 0;

/** A page from entries read in order: one more than `limit` of them tells that another page follows. */
export function pageOf<T>(found: readonly T[], limit: number, placeOf: (item: T) => Position): Page<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last !== undefined ? placeOf(last) : null };
}
