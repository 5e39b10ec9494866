import { sql, type SQL } from "drizzle-orm";
import type { RunStatus } from "../../core/run/state.ts";
import { LABEL_SPAN_MS, labelsOfQuery, minuteOf, type Label } from "../../core/search/labels.ts";
import type { PageRequest } from "../../core/search/position.ts";
import type { RunQuery } from "../../core/search/run-query.ts";
import { asciiLower } from "../../core/search/text.ts";

const UNFINISHED: ReadonlySet<RunStatus> = new Set(["queued", "running", "waiting", "paused"]);
/** What ended in one of these has a fault. */
const FAILED: ReadonlySet<RunStatus> = new Set(["failed", "cancelled"]);

/**
 * The statement that finds a page and one row more. It walks the narrowest index the query allows, newest first, and
 * stops when the page is full; `indexed by` makes a query that would do otherwise an error instead of a slow answer.
 */
export function searchStatement(tenant: string, query: RunQuery, page: PageRequest): SQL {
  const conditions = [sql`r.tenant = ${tenant}`, sql`r.deleted_at is null`, ...conditionsOf(query), ...afterOf(page)];
  const [label, ...otherLabels] = labelsOfQuery(query);
  const limit = sql`limit ${page.limit + 1}`;
  const from = narrowIndex(query);
  if (from !== null || label === undefined) {
    const index = sql.raw(from?.index ?? "runs_by_time");
    if (from) conditions.push(from.condition);
    return sql`select r.* from runs r indexed by ${index} where ${all(conditions)}
               order by r.created_at desc, r.run_id desc ${limit}`;
  }
  const minutes = [sql`l.tenant = ${tenant}`, sql`l.label = ${label}`, ...minutesOf(query, page)];
  minutes.push(...otherLabels.map((other) => sameMinute(tenant, other)));
  return sql`select r.* from run_labels l
             cross join runs r indexed by runs_by_time
             on r.created_at >= l.minute and r.created_at < l.minute + ${LABEL_SPAN_MS}
             where ${all([...minutes, ...conditions])}
             order by l.minute desc, r.created_at desc, r.run_id desc ${limit}`;
}

/** An index that holds little more than what is asked for, with the condition that lets it be used. */
function narrowIndex({ status, correlationId, text }: RunQuery): { index: string; condition: SQL } | null {
  if (correlationId !== null) return { index: "runs_by_correlation_and_time", condition: sql`true` };
  if (text !== null || (status !== null && FAILED.has(status))) {
    return { index: "runs_with_fault", condition: sql`r.fault_code is not null` };
  }
  if (status !== null && UNFINISHED.has(status)) {
    return { index: "runs_unfinished", condition: sql`r.finished_at is null` };
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
