import { sql, type SQL } from "drizzle-orm";
import { LABEL_SPAN_MS, minuteOf } from "../../../core/search/labels.ts";
import type { PartWalk } from "../../../spi/books/run-parts.ts";
import { PART } from "./part-rows.ts";

/**
 * The statement that names the next parts, newest first. It walks the table, which lies in the order of time, or only the
 * minutes that have the first label.
 */
export function walkStatement(tenant: string, { labels, listed, from, to, after }: PartWalk, limit: number): SQL {
  const [label] = labels;
  const parts = [
    sql`p.tenant = ${tenant}`,
    ...(from === null ? [] : [sql`p.last_at >= ${from}`]),
    ...(to === null ? [] : [sql`p.last_at < ${minuteOf(to) + LABEL_SPAN_MS}`, sql`p.first_at <= ${to}`]),
    ...(after === null ? [] : [sql`(p.last_at, p.archive_key) < (${after.lastAt}, ${after.key})`]),
    ...listed.map((one) => sql`(p.labels is null or exists (select 1 from json_each(p.labels) where value = ${one}))`),
  ];
  if (label === undefined)
    return sql`select ${PART} from run_parts p where ${all(parts)}
               order by p.last_at desc, p.archive_key desc limit ${limit}`;
  const minutes = [
    sql`l.tenant = ${tenant}`,
    sql`l.label = ${label}`,
    ...(from === null ? [] : [sql`l.minute >= ${minuteOf(from)}`]),
    ...(to === null ? [] : [sql`l.minute <= ${to}`]),
    ...(after === null ? [] : [sql`l.minute <= ${after.lastAt}`]),
  ];
  return sql`select ${PART} from run_labels l
             cross join run_parts p on p.last_at >= l.minute and p.last_at < l.minute + ${LABEL_SPAN_MS}
             where ${all([...minutes, ...parts])}
             order by l.minute desc, p.last_at desc, p.archive_key desc limit ${limit}`;
}

const all = (conditions: readonly SQL[]): SQL => sql.join([...conditions], sql` and `);
