import { parseJson } from "../../../../contracts/json/narrow.ts";
import { sql, type SQL } from "drizzle-orm";
import { LABEL_SPAN_MS, labelsOf, minuteOf } from "../../../core/search/labels.ts";
import type { RunSummary } from "../../../core/run/model/summary.ts";
import { jsonParameters } from "../json-parameter.ts";

/** Removes the labels of rows that are gone from minutes in which no other run has them. */
export function withoutLabels(rows: readonly RunSummary[]): readonly SQL[] {
  const labels = new Set(
    rows.flatMap((row) => labelsOf(row).map((label) => JSON.stringify([row.tenant, minuteOf(row.createdAt), label]))),
  );
  return jsonParameters([...labels].map((entry) => parseJson(entry))).map(
    (list) =>
      sql`delete from run_labels where (tenant, label, minute) in
            (select value ->> 0, value ->> 2, value ->> 1 from json_each(${list}))
            and not exists (select 1 from runs r
              where r.tenant = run_labels.tenant and r.deleted_at is null
                and r.created_at >= run_labels.minute and r.created_at < run_labels.minute + ${LABEL_SPAN_MS}
                and run_labels.label in (
                  select 'node:' || substr(value, 1, instr(value, '@') - 1) from json_each(r.nodes)
                  union all select 'tag:' || value from json_each(r.tags)
                  union all select 'operation:' || r.operation))`,
  );
}
