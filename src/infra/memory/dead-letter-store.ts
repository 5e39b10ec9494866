import type { DeadLetter, DeadLetterStore } from "../../spi/dead-letter-store.ts";

/** The dead letters in a map. */
export function memoryDeadLetterStore(): DeadLetterStore {
  const entries = new Map<string, DeadLetter>();
  return {
    async record(entry) {
      entries.set(JSON.stringify([entry.tenant, entry.id]), { ...entry });
    },
    async list(tenant, limit) {
      return [...entries.values()]
        .filter((entry) => entry.tenant === tenant)
        .sort(newestFirst)
        .slice(0, limit);
    },
  };
}

const newestFirst = (a: DeadLetter, b: DeadLetter): number =>
  b.failedAt - a.failedAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
