import type { RingAlarm, RingStore } from "../../src/spi/ring-store.ts";
import { ProcessDied, unavailable, type Process } from "./process.ts";
import type { Universe } from "./universe.ts";

/** Sees everything that becomes durable, the moment it does. */
export interface StorageWitness {
  committed(ring: { readonly number: number; readonly store: RingStore }, owners: ReadonlySet<string>): void;
}

/**
 * A ring's storage in a hostile world: the object may crash before, inside or after a transaction, or a transaction may
 * be refused and the object live on. What is written outside a transaction is one of its own.
 */
export function frailStore(
  slot: { readonly number: number; readonly name: string; readonly store: RingStore },
  process: Process,
  { decisions, note }: Universe,
  witness: StorageWitness,
): RingStore {
  const { name, store } = slot;
  let touched: Set<string> | null = null;
  const living = <T>(work: () => T): T => {
    if (process.dead) throw new ProcessDied();
    return work();
  };
  const crash = (): never => {
    process.die();
    throw new ProcessDied();
  };
  const commit = <T>(work: () => T): T => {
    const fate = decisions.choose(`${name} commit`, "commit");
    if (fate !== "committed") note(name, `commit: ${fate}`);
    if (fate === "crash before it") return crash();
    const owners = new Set<string>();
    touched = owners;
    try {
      const answer = store.transaction(() => {
        const value = work();
        if (fate === "crash inside, rolled back") crash();
        if (fate === "refused, rolled back") throw unavailable(`${name} storage`);
        return value;
      });
      witness.committed(slot, owners);
      if (fate === "crash after it") crash();
      return answer;
    } finally {
      touched = null;
    }
  };
  const change = (owner: string, work: () => void): void =>
    living(() => {
      if (!touched) return commit(() => change(owner, work));
      touched.add(owner);
      work();
    });
  return {
    transaction: (work) => living(() => commit(work)),
    read: (owner) => living(() => store.read(owner)),
    write: (owner, parts) => change(owner, () => store.write(owner, parts)),
    remove: (owner, parts) => change(owner, () => store.remove(owner, parts)),
    owners: () => living(() => store.owners()),
    timers: () => living(() => store.timers()),
    keys: {
      get: (id) => living(() => store.keys.get(id)),
      put: (id, key) => change(id, () => store.keys.put(id, key)),
      remove: (id) => change(id, () => store.keys.remove(id)),
      expire: (now, limit) => {
        let removed = 0;
        change("~keys", () => void (removed = store.keys.expire(now, limit)));
        return removed;
      },
      any: () => living(() => store.keys.any()),
    },
  };
}

/** A ring's alarm; the object may crash on either side of setting it. */
export function frailAlarm(arm: (at: number) => void, process: Process, { decisions, note }: Universe): RingAlarm {
  return {
    arm(at) {
      if (process.dead) throw new ProcessDied();
      const fate = decisions.choose(`${process.name} arm`, "arm");
      if (fate !== "crash before it") arm(at);
      if (fate === "armed") return;
      note(process.name, `arm: ${fate}`);
      process.die();
      throw new ProcessDied();
    },
  };
}
