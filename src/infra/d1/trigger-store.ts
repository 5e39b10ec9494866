import { sql, type SQL } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import { RuntimeHostError, type ErrorCode } from "../../core/errors.ts";
import { STORED_FORMS } from "../../core/stored/forms.ts";
import { readFitting } from "../../core/stored/stored-form.ts";
import type { TriggerPart, TriggerRecord } from "../../core/trigger/record.ts";
import type { TriggerStore } from "../../spi/trigger-store.ts";
import { answered } from "./edge.ts";
import { forgetOld } from "./tenants.ts";

const TRIGGERS = { table: "triggers", key: "tenant, trigger_id", time: "received_at" } as const;

interface Row {
  readonly tenant: string;
  readonly trigger_id: string;
  readonly group_name: string;
  readonly idempotent_key: string;
  readonly hash: string;
  readonly correlation_id: string;
  readonly source: string;
  readonly received_at: number;
  readonly status: TriggerRecord["status"];
  readonly duplicate_of: string | null;
  readonly parts: string;
  readonly left_out: number;
  readonly fault_code: ErrorCode | null;
  readonly fault_message: string | null;
}

const COLUMNS = sql.raw(
  "tenant, trigger_id, group_name, idempotent_key, hash, correlation_id, source, received_at, status, duplicate_of, " +
    "parts, left_out, fault_code, fault_message",
);
/** A refused record gives way to what is decided anew. */
const TAKES_OVER = sql.raw(
  "on conflict (tenant, trigger_id) do update set group_name = excluded.group_name, " +
    "idempotent_key = excluded.idempotent_key, hash = excluded.hash, correlation_id = excluded.correlation_id, " +
    "source = excluded.source, received_at = excluded.received_at, status = excluded.status, " +
    "duplicate_of = excluded.duplicate_of, parts = excluded.parts, left_out = excluded.left_out, " +
    "fault_code = excluded.fault_code, fault_message = excluded.fault_message " +
    "where triggers.status = 'refused' returning *",
);

/** What is known of bus messages, in D1. */
export function d1TriggerStore(db: DrizzleD1Database): TriggerStore {
  const find = async (tenant: string, id: string): Promise<TriggerRecord | null> => {
    const [row] = await db.all<Row>(sql`select * from triggers where tenant = ${tenant} and trigger_id = ${id}`);
    return row ? recordOf(row) : null;
  };
  return {
    claim: (record) =>
      answered("record a trigger", async () => {
        const [row] = await db.all<Row>(claimStatement(record));
        const stands = row ? recordOf(row) : await find(record.tenant, record.id);
        return stands ?? record;
      }),
    refuse: (record) =>
      answered("record a refused trigger", async () => {
        await db.all(sql`insert into triggers (${COLUMNS}) values (${valuesOf(record)}) ${TAKES_OVER}`);
      }),
    settle: (tenant, id, parts) =>
      answered("settle a trigger", async () => {
        const refused = parts.every(({ runId }) => runId === null) ? (parts[0]?.refused ?? null) : null;
        await db.run(
          sql`update triggers set parts = ${JSON.stringify(parts)}, fault_code = ${refused?.code ?? null},
                fault_message = ${refused?.message ?? null},
                status = case when ${refused?.code ?? null} is null then status else 'refused' end
                where tenant = ${tenant} and trigger_id = ${id}`,
        );
      }),
    get: (tenant, id) => answered("look up a trigger", () => find(tenant, id)),
    forgetBefore: (before, limit) => answered("forget triggers", () => forgetOld(db, TRIGGERS, before, limit)),
  };
}

const valuesOf = (record: TriggerRecord): SQL =>
  sql.join(
    [
      record.tenant,
      record.id,
      record.group,
      record.idempotentKey,
      record.hash,
      record.correlationId,
      record.source,
      record.receivedAt,
      record.status,
      record.duplicateOf,
      JSON.stringify(record.parts),
      record.leftOut,
      record.refused?.code ?? null,
      record.refused?.message ?? null,
    ].map((value) => sql`${value}`),
    sql`, `,
  );

/** Whether an earlier message has the key is decided in the statement that stores this one: of two, one is the first. */
function claimStatement(record: TriggerRecord): SQL {
  const { tenant, id, group, idempotentKey, hash, correlationId, source, receivedAt, parts, leftOut } = record;
  return sql`insert into triggers (${COLUMNS})
    select ${tenant}, ${id}, ${group}, ${idempotentKey}, ${hash}, ${correlationId}, ${source}, ${receivedAt},
           case when first.id is null then 'accepted' else 'duplicate' end, first.id,
           case when first.id is null then ${JSON.stringify(parts)} else '[]' end,
           case when first.id is null then ${leftOut} else 0 end, null, null
    from (select (select trigger_id from triggers where tenant = ${tenant} and group_name = ${group}
                    and idempotent_key = ${idempotentKey} and status = 'accepted' and trigger_id <> ${id}
                    limit 1) as id) as first
    where true ${TAKES_OVER}`;
}

/** Throws RECORD_NEWER and RECORD_UNREADABLE: what cannot be read must not be decided anew. */
const recordOf = (row: Row): TriggerRecord => ({
  tenant: row.tenant,
  id: row.trigger_id,
  group: row.group_name,
  idempotentKey: row.idempotent_key,
  hash: row.hash,
  correlationId: row.correlation_id,
  source: row.source,
  receivedAt: row.received_at,
  status: row.status,
  duplicateOf: row.duplicate_of,
  parts: partsOf(row.parts),
  leftOut: row.left_out,
  refused: row.fault_code === null ? null : { code: row.fault_code, message: row.fault_message ?? "" },
});

function partsOf(text: string): readonly TriggerPart[] {
  const read = readFitting<readonly TriggerPart[]>(STORED_FORMS["trigger parts"], text, (parts) =>
    parts.every(({ taker, runId }) => isTextOrNull(taker) && isTextOrNull(runId)),
  );
  if (!read.ok) throw new RuntimeHostError(read.error);
  return read.value;
}

const isTextOrNull = (value: unknown): boolean => value === null || typeof value === "string";
