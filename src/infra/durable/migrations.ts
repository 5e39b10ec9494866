import { fault, RuntimeHostError } from "../../core/errors.ts";

/** Brings an object's tables from one layout to the next. A released one never changes: what follows is one more. */
export type Migration = (sql: SqlStorage) => void;

/** Under which an object notes how many migrations its tables have been through; nothing for a layout of before there were any. */
const LAYOUT = "layout";

/**
 * Brings an object's tables to the newest layout: every migration they have not been through, in one transaction. Throws
 * RECORD_NEWER, and touches nothing, when only later code knows their layout.
 */
export function migrate(storage: DurableObjectStorage, noun: string, migrations: readonly Migration[]): void {
  const ours = migrations.length;
  const layout = storage.kv.get<number>(LAYOUT) ?? 0;
  if (layout === ours) return;
  if (layout > ours) {
    throw new RuntimeHostError(
      fault("RECORD_NEWER", `${noun} has tables of layout ${layout}, and this deployment knows up to ${ours}`, {
        hint: "deploy the release that wrote it, or a later one",
        details: { version: layout, ours },
      }),
    );
  }
  storage.transactionSync(() => {
    for (const migration of migrations.slice(layout)) migration(storage.sql);
    storage.kv.put(LAYOUT, ours);
  });
}
