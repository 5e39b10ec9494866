import { sql, type SQL } from "drizzle-orm";
import { LABEL_SPAN_MS, labelsOf, minuteOf, type Label } from "../../../core/search/labels.ts";
import type { Instant } from "../../../core/run/model/state.ts";
import type { RunSummary } from "../../../core/run/model/summary.ts";
import { jsonParameters } from "../json-parameter.ts";

/** That some run of a minute had a label. */
export interface LabelEntry {
  readonly tenant: string;
  readonly minute: Instant;
  readonly label: Label;
}

/** Removes the labels of rows that are gone from minutes in which no other run has them. */
export const withoutLabels = (rows: readonly RunSummary[]): readonly SQL[] =>
  withoutLabelEntries(
    rows.flatMap((row) =>
      labelsOf(row).map((label) => ({ tenant: row.tenant, minute: minuteOf(row.createdAt), label })),
    ),
  );

/** Removes labels from minutes in which no run has them, neither one with a row of its own nor one of an archive object. */
export function withoutLabelEntries(entries: readonly LabelEntry[]): readonly SQL[] {
  const distinct = new Map(entries.map((entry) => [JSON.stringify([entry.tenant, entry.minute, entry.label]), entry]));
  return jsonParameters([...distinct.values()].map(({ tenant, minute, label }) => [tenant, minute, label])).map(
    (list) =>
      sql`delete from run_labels where (tenant, label, minute) in
            (select value ->> 0, value ->> 2, value ->> 1 from json_each(${list}))
            and not exists (select 1 from run_parts p
              where p.tenant = run_labels.tenant
                and p.last_at >= run_labels.minute and p.last_at < run_labels.minute + ${LABEL_SPAN_MS}
                and (p.labels is null or run_labels.label in (select value from json_each(p.labels))))
            and not exists (select 1 from runs r
              where r.tenant = run_labels.tenant and r.deleted_at is null
                and r.created_at >= run_labels.minute and r.created_at < run_labels.minute + ${LABEL_SPAN_MS}
                and run_labels.label in (
                  select 'node:' || substr(value, 1, instr(value, '@') - 1) from json_each(r.nodes)
                  union all select 'tag:' || value from json_each(r.tags)
                  union all select 'operation:' || r.operation))`,
  );
}
