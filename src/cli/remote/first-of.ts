import { InvalidArgumentError } from "commander";

/** The beginning of a long list. */
export interface Beginning<T> {
  readonly items: readonly T[];
  /** Whether there is more than was taken. */
  readonly more: boolean;
}

/** Takes the first `limit` items; asks for no more pages than these need. */
export async function firstOf<T>(source: AsyncIterable<T>, limit: number): Promise<Beginning<T>> {
  const items: T[] = [];
  for await (const item of source) {
    if (items.length === limit) return { items, more: true };
    items.push(item);
  }
  return { items, more: false };
}

/** How many entries to show, from the command line; `all` is all. */
export function limitOf(text: string): number {
  if (text === "all") return Number.POSITIVE_INFINITY;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It takes a number from 1, or all.");
}
