import { RuntimeHostError } from "../../../core/errors.ts";
import { rowFault } from "../../../core/stored/row-size.ts";
import type { RememberedKey, RingPart, RingStore } from "../../../spi/ring-store.ts";

/** Ring storage in a map. A transaction that throws is rolled back. */
export function memoryRingStore(): RingStore {
  const owners = new Map<string, Map<string, RingPart>>();
  let undo: (() => void)[] | null = null;

  const place = (owner: string, part: string, next: RingPart | null): void => {
    const parts = owners.get(owner) ?? new Map<string, RingPart>();
    const before = parts.get(part) ?? null;
    undo?.push(() => place(owner, part, before));
    if (next) parts.set(part, next);
    else parts.delete(part);
    if (parts.size > 0) owners.set(owner, parts);
    else owners.delete(owner);
  };

  const keys = new Map<string, RememberedKey>();
  const keep = (id: string, next: RememberedKey | null): void => {
    const before = keys.get(id) ?? null;
    undo?.push(() => keep(id, before));
    if (next) keys.set(id, next);
    else keys.delete(id);
  };

  return {
    keys: {
      get: (id) => keys.get(id) ?? null,
      put: (id, key) => keep(id, { ...key }),
      remove: (id) => keep(id, null),
      expire(now, limit) {
        const over = [...keys].filter(([, { expiresAt }]) => expiresAt <= now).slice(0, limit);
        for (const [id] of over) keep(id, null);
        return over.length;
      },
      any: () => keys.size > 0,
    },
    transaction(work) {
      undo = [];
      try {
        return work();
      } catch (thrown) {
        const steps = undo;
        undo = null;
        for (const step of steps.reverse()) step();
        throw thrown;
      } finally {
        undo = null;
      }
    },
    read: (owner) =>
      [...(owners.get(owner)?.values() ?? [])].sort((a, b) => (a.part < b.part ? -1 : a.part > b.part ? 1 : 0)),
    write: (owner, parts) => {
      for (const part of parts) {
        const tooLarge = rowFault(part.body);
        if (tooLarge) throw new RuntimeHostError(tooLarge);
        place(owner, part.part, { ...part });
      }
    },
    remove: (owner, parts) => {
      for (const part of parts ?? [...(owners.get(owner)?.keys() ?? [])]) place(owner, part, null);
    },
    owners: () => [...owners.keys()],
    timers: () =>
      [...owners].flatMap(([owner, parts]) => {
        const last = [...parts.values()].reduce((a, b) => (a.part > b.part ? a : b));
        return last.dueAt === null ? [] : [{ owner, dueAt: last.dueAt }];
      }),
  };
}
