import { sql, type SQL } from "drizzle-orm";
import { endOf } from "../../../core/retention/day.ts";
import { archivedOn } from "../../../core/retention/keys.ts";
import type { Erasure } from "../../../core/retention/erasure.ts";
import { LABEL_SPAN_MS, minuteOf } from "../../../core/search/labels.ts";
import { toldByRunId } from "../../../core/search/told-time.ts";
import type { RunParts, Span } from "../../../spi/books/run-parts.ts";
import { allOrNone, type Database } from "../batch.ts";
import { answered } from "../edge.ts";
import { jsonParameters } from "../json-parameter.ts";
import { listedTexts } from "../listed-texts.ts";
import { PART, partOfRow, type PartRow } from "./part-rows.ts";
import { isAborted, storeStatements } from "./part-storing.ts";
import { walkStatement } from "./part-walk.ts";
import { withoutLabelEntries } from "./run-labels.ts";
import { putRows, stored } from "./run-index.ts";
import { hasRunId } from "./run-places.ts";
import { summaryOfRow, type RunRow } from "./run-rows.ts";

/** The parts of archive objects in D1. */
export function d1RunParts(db: Database): RunParts {
  return {
    find: (tenant, runId) =>
      answered("look up a run", async () => {
        const at = toldByRunId(runId);
        const own = sql`select * from runs where ${hasRunId(tenant, runId)} and deleted_at is null`;
        const spans = at === null ? [] : [{ tenant, from: at, to: at }];
        const [rows = [], parts = []] = await allOrNone(db, [own, ...spansOf(spans).map(covering)]);
        const [row] = rows as readonly RunRow[];
        return { row: row ? summaryOfRow(row) : null, parts: (parts as readonly PartRow[]).map(partOfRow) };
      }),
    covering: (spans) =>
      answered("find archive objects", async () => {
        const found = await Promise.all(spansOf(spans).map((list) => db.all<PartRow>(covering(list))));
        return found.flat().map(partOfRow);
      }),
    walk: (tenant, walk, limit) =>
      answered("walk through archive objects", async () =>
        (await db.all<PartRow>(walkStatement(tenant, walk, limit))).map(partOfRow),
      ),
    store: (what) =>
      answered("store the run index", async () => {
        try {
          return await stored(() => putRows(db, what.rows, storeStatements(what)));
        } catch (thrown) {
          if (isAborted(thrown)) return null;
          throw thrown;
        }
      }),
    delete: ({ tenant, runId, createdAt, finishedAt, steps, cachedSteps, archive }, now) =>
      answered("delete a run", async () => {
        if (archive === null) return "unknown";
        const erasure: Erasure = { object: archive.key, offset: archive.offset, length: archive.length };
        const isFirst = sql`not exists (select 1 from erasures
            where segment = ${erasure.object} and offset = ${erasure.offset})
          and not exists (select 1 from runs
            where tenant = ${tenant} and created_at = ${createdAt} and run_id = ${runId})`;
        const [counted = []] = await allOrNone(db, [
          sql`update run_parts set runs = runs - 1, steps = steps - ${steps}, cached_steps = cached_steps - ${cachedSteps}
              where tenant = ${tenant} and last_at >= ${createdAt} and last_at < ${minuteOf(createdAt) + LABEL_SPAN_MS}
                and archive_key = ${archive.key} and first_at <= ${createdAt} and ${isFirst}
              returning archive_key`,
          sql`insert into erasures (segment, offset, length)
              select ${erasure.object}, ${erasure.offset}, ${erasure.length} where changes() > 0`,
          sql`insert into runs (tenant, created_at, run_id, status, operation, correlation_id, want, finished_at, steps,
                  deleted_at)
              select ${tenant}, ${createdAt}, ${runId}, 'deleted', '', '', '[]', ${finishedAt}, 0, ${now}
              where changes() > 0`,
        ]);
        return counted.length > 0 ? "deleted" : "repeated";
      }),
    forgetBefore: (tenant, day, limit) =>
      answered("forget archive objects", async () => {
        const gone = await db.all<Pick<PartRow, "last_at" | "labels" | "runs">>(
          sql`delete from run_parts where (tenant, last_at, archive_key) in (
                select tenant, last_at, archive_key from run_parts
                where tenant = ${tenant} and last_at < ${endOf(day)} and archive_key < ${archivedOn(day)}
                order by last_at, archive_key limit ${limit})
              returning last_at, labels, runs`,
        );
        const entries = gone.flatMap(({ last_at: at, labels }) =>
          listedTexts(labels).map((label) => ({ tenant, minute: minuteOf(at), label })),
        );
        await allOrNone(db, withoutLabelEntries(entries));
        return { parts: gone.length, runs: gone.reduce((sum, { runs }) => sum + runs, 0) };
      }),
  };
}

/** With the end of the minute, which no part reaches over. */
const spansOf = (spans: readonly Span[]): readonly string[] =>
  jsonParameters(spans.map(({ tenant, from, to }) => ({ tenant, from, to, end: minuteOf(from) + LABEL_SPAN_MS })));

const covering = (list: string): SQL =>
  sql`select ${PART} from json_each(${list}) e cross join run_parts p
      on p.tenant = e.value ->> 'tenant' and p.last_at >= e.value ->> 'from' and p.last_at < e.value ->> 'end'
      where p.first_at <= e.value ->> 'to'
      order by p.last_at desc`;
