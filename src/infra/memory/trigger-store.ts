import type { TriggerRecord } from "../../core/trigger/record.ts";
import type { TriggerStore } from "../../spi/trigger-store.ts";

/** What is known of bus messages, in a map. */
export function memoryTriggerStore(): TriggerStore {
  const records = new Map<string, TriggerRecord>();
  const keyOf = (tenant: string, id: string): string => JSON.stringify([tenant, id]);
  const put = (record: TriggerRecord): void => {
    records.set(keyOf(record.tenant, record.id), structuredClone(record));
  };
  const accepted = ({ tenant, id, group, idempotentKey }: TriggerRecord): TriggerRecord | undefined =>
    [...records.values()].find(
      (one) =>
        one.tenant === tenant &&
        one.group === group &&
        one.idempotentKey === idempotentKey &&
        one.status === "accepted" &&
        one.id !== id,
    );
  return {
    async claim(record) {
      const known = records.get(keyOf(record.tenant, record.id));
      if (known && known.status !== "refused") return structuredClone(known);
      const first = accepted(record);
      const stands: TriggerRecord = first
        ? { ...record, status: "duplicate", duplicateOf: first.id, parts: [], leftOut: 0 }
        : record;
      put(stands);
      return structuredClone(stands);
    },
    async refuse(record) {
      const known = records.get(keyOf(record.tenant, record.id));
      if (!known || known.status === "refused") put(record);
    },
    async settle(tenant, id, parts) {
      const known = records.get(keyOf(tenant, id));
      if (!known) return;
      const refused = parts.every(({ runId }) => runId === null) ? (parts[0]?.refused ?? null) : null;
      put({ ...known, parts, status: refused ? "refused" : known.status, refused });
    },
    async get(tenant, id) {
      return structuredClone(records.get(keyOf(tenant, id)) ?? null);
    },
    async forgetBefore(before, limit) {
      const old = [...records].filter(([, { receivedAt }]) => receivedAt < before).slice(0, limit);
      for (const [key] of old) records.delete(key);
      return old.length;
    },
  };
}
