import { inOrder, type Sequel } from "../../../core/chain/sequel.ts";
import type { SequelBook } from "../../../spi/books/sequel-book.ts";

/** What followed the ends of runs, in a map. */
export function memorySequelBook(): SequelBook {
  const sequels = new Map<string, Sequel>();
  return {
    async record(sequel, since = 0) {
      const key = JSON.stringify([sequel.tenant, sequel.runId, sequel.list, sequel.index]);
      const known = sequels.get(key);
      if (!known || known.refused !== null || known.at < since) sequels.set(key, structuredClone(sequel));
    },
    async of(tenant, runId, since = 0) {
      const ofRun = [...sequels.values()].filter((one) => one.tenant === tenant && one.runId === runId);
      const own = ofRun.filter(({ at }) => at >= since);
      return structuredClone(own.sort(inOrder));
    },
    async forgetBefore(before, limit) {
      const old = [...sequels].filter(([, { at }]) => at < before).slice(0, limit);
      for (const [key] of old) sequels.delete(key);
      return old.length;
    },
  };
}
