import { and, asc, desc, eq, gte, inArray, lt, lte, sql, type SQL } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import { placeOfDeadLetter, type DeadLetterQuery } from "../../core/dead-letters/query.ts";
import { pageOf, type PageRequest } from "../../core/search/position.ts";
import { asciiLower } from "../../core/search/text.ts";
import type { DeadLetterStore } from "../../spi/dead-letter-store.ts";
import { MAX_BOUND_PARAMETERS } from "./bound-parameters.ts";
import { deadLetterOf, deadLetterRow } from "./dead-letter-rows.ts";
import { answered } from "./edge.ts";
import { deadLetters } from "./schema.ts";
import { tenantsOf } from "./tenants.ts";

/** The dead letters' entries in D1. There are few of them: but for the time, a run and the redriven, nothing is indexed. */
export function d1DeadLetterStore(db: DrizzleD1Database): DeadLetterStore {
  const entries = () => db.select().from(deadLetters).$dynamic();
  const one = (tenant: string, id: string): SQL | undefined =>
    and(eq(deadLetters.tenant, tenant), eq(deadLetters.id, id));
  return {
    record: (entry) =>
      answered("record a dead letter", async () => {
        const row = deadLetterRow(entry);
        const { tenant: _tenant, id: _id, ...changes } = row;
        await db
          .insert(deadLetters)
          .values(row)
          .onConflictDoUpdate({
            target: [deadLetters.tenant, deadLetters.id],
            set: changes,
            setWhere: lte(deadLetters.redrives, entry.redrives),
          });
      }),
    get: (tenant, id) =>
      answered("look up a dead letter", async () => {
        const [row] = await entries().where(one(tenant, id));
        return row ? deadLetterOf(row) : null;
      }),
    search: (tenant, query, page) =>
      answered("search the dead letters", async () => {
        const rows = await entries()
          .where(and(eq(deadLetters.tenant, tenant), ...conditionsOf(query), ...afterOf(page)))
          .orderBy(desc(deadLetters.failedAt), desc(deadLetters.id))
          .limit(page.limit + 1);
        return pageOf(rows.map(deadLetterOf), page.limit, placeOfDeadLetter);
      }),
    redriven: (tenant, id, count, now) =>
      answered("note a redrive", async () => {
        await db
          .update(deadLetters)
          .set({ status: "redriven", redrives: count, redrivenAt: now, resolvedAt: null, resolution: null })
          .where(and(one(tenant, id), lt(deadLetters.redrives, count)));
      }),
    resolve: (tenant, id, count, reason, now) =>
      answered("resolve a dead letter", async () => {
        await db
          .update(deadLetters)
          .set({ status: "resolved", resolvedAt: now, resolution: reason })
          .where(and(one(tenant, id), eq(deadLetters.redrives, count), sql`status <> 'resolved'`));
      }),
    remove: (tenant, ids) =>
      answered("remove dead letters", async () => {
        const each = MAX_BOUND_PARAMETERS - 1;
        for (let from = 0; from < ids.length; from += each) {
          const some = inArray(deadLetters.id, ids.slice(from, from + each));
          await db.delete(deadLetters).where(and(eq(deadLetters.tenant, tenant), some));
        }
      }),
    tenants: () => answered("list its tenants", () => tenantsOf(db, "dead_letters")),
    diedBefore: (tenant, before, limit) =>
      answered("find old dead letters", async () => {
        const rows = await entries()
          .where(and(eq(deadLetters.tenant, tenant), lt(deadLetters.failedAt, before)))
          .orderBy(asc(deadLetters.failedAt), asc(deadLetters.id))
          .limit(limit);
        return rows.map(deadLetterOf);
      }),
    redrivenBefore: (tenant, before, limit) =>
      answered("find redriven dead letters", async () => {
        const rows = await entries()
          .where(and(eq(deadLetters.tenant, tenant), sql`status = 'redriven'`, lt(deadLetters.redrivenAt, before)))
          .orderBy(asc(deadLetters.redrivenAt), asc(deadLetters.id))
          .limit(limit);
        return rows.map(deadLetterOf);
      }),
    ofRun: (tenant, runId) =>
      answered("find a run's dead letters", async () => {
        const rows = await entries().where(and(eq(deadLetters.tenant, tenant), eq(deadLetters.runId, runId)));
        return rows.map(deadLetterOf);
      }),
  };
}

function conditionsOf({
  status,
  queue,
  errorType,
  messageType,
  runId,
  correlationId,
  from,
  to,
  text,
}: DeadLetterQuery): readonly SQL[] {
  const reason = sql`${deadLetters.failureReason} || coalesce(char(10) || cause_code || ': ' || cause_message, '')`;
  return [
    ...(status === null ? [] : [eq(deadLetters.status, status)]),
    ...(queue === null ? [] : [eq(deadLetters.queue, queue)]),
    ...(errorType === null ? [] : [eq(deadLetters.errorType, errorType)]),
    ...(messageType === null ? [] : [eq(deadLetters.messageType, messageType)]),
    ...(runId === null ? [] : [eq(deadLetters.runId, runId)]),
    ...(correlationId === null ? [] : [eq(deadLetters.correlationId, correlationId)]),
    ...(from === null ? [] : [gte(deadLetters.failedAt, from)]),
    ...(to === null ? [] : [lt(deadLetters.failedAt, to)]),
    ...(text === null ? [] : [sql`instr(lower(${reason}), ${asciiLower(text)}) > 0`]),
  ];
}

const afterOf = ({ after }: PageRequest): readonly SQL[] =>
  after === null ? [] : [sql`(${deadLetters.failedAt}, ${deadLetters.id}) < (${after.at}, ${after.id})`];
