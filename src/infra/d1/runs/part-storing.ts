import { sql, type SQL } from "drizzle-orm";
import { LABEL_SPAN_MS, labelsOf, minuteOf } from "../../../core/search/labels.ts";
import type { Storing } from "../../../spi/books/run-parts.ts";
import { jsonParameters } from "../json-parameter.ts";
import { rowOfPart, type PartRow } from "./part-rows.ts";

/** What the transaction breaks off with: no text of JSON, so that reading it is an error. */
const ABORT = "others stored the same";

const COLUMNS = [
  "tenant",
  "last_at",
  "archive_key",
  "first_at",
  "runs",
  "steps",
  "cached_steps",
  "rings",
  "labels",
  "offset",
  "index_offset",
  "index_length",
] as const satisfies readonly (keyof PartRow)[];

const INTO = sql.raw(COLUMNS.join(", "));
const VALUES = sql.raw(COLUMNS.map((column) => `e.value ->> '${column}'`).join(", "));

/** What goes before the rows of the same transaction, and what follows them. */
export function storeStatements({ parts, packed, dead, claims, seen }: Storing): {
  readonly before: readonly SQL[];
  readonly behind: readonly SQL[];
} {
  const known = JSON.stringify([...new Set(seen.map(({ key }) => key))]);
  const ids = packed.map(({ tenant, runId, createdAt }) => [tenant, createdAt, runId]);
  const labels = new Set(
    packed.flatMap((run) => labelsOf(run).map((label) => JSON.stringify([run.tenant, label, minuteOf(run.createdAt)]))),
  );
  const keys = new Set([...packed.flatMap(({ archive }) => archive?.key ?? []), ...dead.map(({ object }) => object)]);
  return {
    before: [
      ...jsonParameters(claims.map((claim) => ({ ...claim, end: minuteOf(claim.from) + LABEL_SPAN_MS }))).map((list) =>
        abortIf(othersStored(list, known)),
      ),
      ...jsonParameters(ids).map((list) => abortIf(sql`select 1 from ${rowsOf(list)} where r.finished_at is not null`)),
    ],
    behind: [
      ...jsonParameters([...keys]).map(
        (list) => sql`insert or ignore into segments (key) select value from json_each(${list})`,
      ),
      ...jsonParameters(ids).map(
        (list) =>
          sql`delete from runs where (tenant, created_at, run_id) in (
                select r.tenant, r.created_at, r.run_id from ${rowsOf(list)} where r.finished_at is null)`,
      ),
      ...jsonParameters(parts.map(rowOfPart)).map(
        (list) =>
          sql`insert into run_parts (${INTO}, strip) select ${VALUES}, unhex(e.value ->> 'strip')
              from json_each(${list}) e where true on conflict do nothing`,
      ),
      ...listsOf(labels).map(
        (list) =>
          sql`insert or ignore into run_labels (tenant, label, minute)
              select value ->> 0, value ->> 1, value ->> 2 from json_each(${list})`,
      ),
      ...jsonParameters(dead).map(
        (list) =>
          sql`insert or ignore into erasures (segment, offset, length)
              select value ->> 'object', value ->> 'offset', value ->> 'length' from json_each(${list})`,
      ),
    ],
  };
}

/** Whether a transaction broke off because of what others had stored. */
export function isAborted(thrown: unknown): boolean {
  for (let cause = thrown; cause instanceof Error; cause = cause.cause)
    if (/malformed JSON/i.test(cause.message)) return true;
  return false;
}

/** Texts of JSON as lists, each small enough for a parameter. */
const listsOf = (texts: ReadonlySet<string>): readonly string[] =>
  jsonParameters([...texts].map((text): unknown => JSON.parse(text)));

const abortIf = (found: SQL): SQL => sql`select json(${ABORT}) where exists (${found})`;

const othersStored = (list: string, known: string): SQL =>
  sql`select 1 from json_each(${list}) e cross join run_parts p
        on p.tenant = e.value ->> 'tenant' and p.last_at >= e.value ->> 'from' and p.last_at < e.value ->> 'end'
      where p.first_at <= e.value ->> 'to' and p.archive_key not in (select value from json_each(${known}))
        and exists (select 1 from json_each(p.rings) a join json_each(e.value, '$.rings') b on a.value = b.value)`;

const rowsOf = (list: string): SQL =>
  sql`json_each(${list}) e cross join runs r
      on r.tenant = e.value ->> 0 and r.created_at = e.value ->> 1 and r.run_id = e.value ->> 2`;
