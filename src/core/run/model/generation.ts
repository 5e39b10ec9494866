import type { Instant, RunId } from "./state.ts";

/**
 * One of the runs that may have had an id: a key that is used again when its ring has forgotten it begins a new run under
 * the old id. The later one has been created later.
 */
export interface Generation {
  readonly tenant: string;
  readonly runId: RunId;
  readonly createdAt: Instant;
}

export type GenerationKey = string;

/** The generation as the key of a map. */
export const generationKey = ({ tenant, runId, createdAt }: Generation): GenerationKey =>
  JSON.stringify([tenant, runId, createdAt]);

/** Of several generations of one run only the newest, all of its entries, in the order given. */
export function newestOnly<T extends Generation>(entries: readonly T[]): readonly T[] {
  const idOf = ({ tenant, runId }: Generation): string => JSON.stringify([tenant, runId]);
  const newest = new Map<string, Instant>();
  for (const entry of entries) {
    newest.set(idOf(entry), Math.max(newest.get(idOf(entry)) ?? entry.createdAt, entry.createdAt));
  }
  return entries.filter((entry) => entry.createdAt === newest.get(idOf(entry)));
}
