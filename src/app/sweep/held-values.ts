import type { ValueBook } from "../../spi/books/value-book.ts";
import type { LiveValue, RunCoordinator } from "../../spi/run-coordinator.ts";

/** The large values of every run that is in a ring. */
export type LiveValues = () => Promise<readonly LiveValue[]>;

/** Asks the rings at most once, when somebody first wants to know. */
export function askedOnce({ liveValues }: Pick<RunCoordinator, "liveValues">): LiveValues {
  let answer: Promise<readonly LiveValue[]> | null = null;
  return () => (answer ??= liveValues());
}

/**
 * Values some run refers to: among `keys` those of indexed runs, and all those of runs in rings, whatever the index knows
 * of them.
 */
export async function heldValues(
  values: ValueBook,
  live: LiveValues,
  tenant: string,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const held = new Set((await live()).flatMap((value) => (value.tenant === tenant ? [value.key] : [])));
  // Last: a run that left its ring after it was asked for is indexed by now.
  for (const key of await values.referenced(tenant, keys)) held.add(key);
  return held;
}
