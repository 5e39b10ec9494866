import { sql, type SQL } from "drizzle-orm";
import type { RunStatus } from "../../../core/run/model/state.ts";
import { LABEL_SPAN_MS, labelsOfQuery, minuteOf, type Label } from "../../../core/search/labels.ts";
import type { PageRequest } from "../../../core/search/position.ts";
import type { RunQuery } from "../../../core/search/run-query.ts";
import { asciiLower } from "../../../core/search/text.ts";
import { CORRELATION_SPAN_MS, toldByUuid } from "../../../core/search/told-time.ts";

const UNFINISHED: ReadonlySet<RunStatus> = new Set(["queued", "running", "waiting", "paused"]);
/** What ended in one of these has a fault. */
const FAILED: ReadonlySet<RunStatus> = new Set(["partial", "failed", "cancelled"]);

/**
 * The statement that finds a page and one row more. It walks the table, which lies in the order of time, or the narrowest
 * index the query allows, newest first, and stops when the page is full; `indexed by` makes a query that would do
 * otherwise an error instead of a slow answer.
 */
export function searchStatement(tenant: string, query: RunQuery, page: PageRequest): SQL {
  const conditions = [sql`r.tenant = ${tenant}`, sql`r.deleted_at is null`, ...conditionsOf(query), ...afterOf(page)];
  const [label, ...otherLabels] = labelsOfQuery(query);
  const order = sql`order by created_at desc, run_id desc limit ${page.limit + 1}`;
  if (query.correlationId !== null) return sql`${correlated(query.correlationId, conditions)} ${order}`;
  const from = narrowIndex(query);
  if (from)
    return sql`select r.* from runs r indexed by ${from.index} where ${all([...conditions, from.condition])} ${order}`;
  if (label === undefined) return sql`select r.* from runs r where ${all(conditions)} ${order}`;
  const minutes = [sql`l.tenant = ${tenant}`, sql`l.label = ${label}`, ...minutesOf(query, page)];
  minutes.push(...otherLabels.map((other) => sameMinute(tenant, other)));
  return sql`select r.* from run_labels l
             cross join runs r
             on r.created_at >= l.minute and r.created_at < l.minute + ${LABEL_SPAN_MS}
             where ${all([...minutes, ...conditions])}
             order by l.minute desc, r.created_at desc, r.run_id desc limit ${page.limit + 1}`;
}

/**
 * Runs with a correlation id: those created at about the moment the id tells, which their own places tell, and those of the
 * index, which were created at any time. Both are read in the order of time and merged.
 */
function correlated(correlationId: string, conditions: readonly SQL[]): SQL {
  const indexed = [...conditions, sql`r.correlation_indexed = 1`];
  const statement = sql`select r.* from runs r indexed by runs_by_correlation where ${all(indexed)}`;
  const told = toldByUuid(correlationId);
  if (told === null) return statement;
  const near = [
    ...conditions,
    sql`r.correlation_indexed = 0`,
    sql`r.created_at >= ${told}`,
    sql`r.created_at < ${told + CORRELATION_SPAN_MS}`,
  ];
  return sql`select r.* from runs r where ${all(near)} union all ${statement}`;
}

/** An index that holds little more than what is asked for, with the condition that lets it be used. */
function narrowIndex({ status, text }: RunQuery): { readonly index: SQL; readonly condition: SQL } | null {
  if (text !== null || (status !== null && FAILED.has(status))) {
    return { index: sql.raw("runs_with_fault"), condition: sql`r.fault_code is not null` };
  }
  if (status !== null && UNFINISHED.has(status)) {
    return { index: sql.raw("runs_unfinished"), condition: sql`r.finished_at is null` };
  }
  return null;
}

function conditionsOf({ status, node, tag, operation, correlationId, from, to, text }: RunQuery): readonly SQL[] {
  return [
    ...(status === null ? [] : [sql`r.status = ${status}`]),
    ...(operation === null ? [] : [sql`r.operation = ${operation}`]),
    ...(correlationId === null ? [] : [sql`r.correlation_id = ${correlationId}`]),
    ...(from === null ? [] : [sql`r.created_at >= ${from}`]),
    ...(to === null ? [] : [sql`r.created_at < ${to}`]),
    ...(tag === null ? [] : [sql`exists (select 1 from json_each(r.tags) where value = ${tag})`]),
    ...(node === null ? [] : [sql`exists (select 1 from json_each(r.nodes) where ${isNode(node)})`]),
    ...(text === null
      ? []
      : [
          sql`r.fault_code is not null`,
          sql`instr(lower(r.fault_code || ': ' || coalesce(r.fault_message, '')), ${asciiLower(text)}) > 0`,
        ]),
  ];
}

const isNode = (node: string): SQL =>
  node.includes("@") ? sql`value = ${node}` : sql`substr(value, 1, instr(value, '@') - 1) = ${node}`;

const afterOf = ({ after }: PageRequest): readonly SQL[] =>
  after === null ? [] : [sql`(r.created_at, r.run_id) < (${after.at}, ${after.id})`];

function minutesOf({ from, to }: RunQuery, { after }: PageRequest): readonly SQL[] {
  return [
    ...(from === null ? [] : [sql`l.minute >= ${minuteOf(from)}`]),
    ...(to === null ? [] : [sql`l.minute < ${to}`]),
    ...(after === null ? [] : [sql`l.minute <= ${after.at}`]),
  ];
}

const sameMinute = (tenant: string, label: Label): SQL =>
  sql`exists (select 1 from run_labels o where o.tenant = ${tenant} and o.label = ${label} and o.minute = l.minute)`;

const all = (conditions: readonly SQL[]): SQL => sql.join([...conditions], sql` and `);
