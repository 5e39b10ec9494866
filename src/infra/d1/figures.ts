import { sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import type { Figures, Tally } from "../../spi/books/figures.ts";
import { answered } from "./edge.ts";

interface Recent {
  readonly created: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly steps: number;
  readonly cached: number;
}

/** Of archive objects. */
interface Packed {
  readonly parts: number;
  readonly runs: number;
  readonly steps: number;
  readonly cached: number;
}

/** What can be counted in D1 along an index, each within a limit: a database of any size answers at once. */
export function d1Figures(db: DrizzleD1Database): Figures {
  return {
    runs: (tenant, since, limit) =>
      answered("count the runs", async () => {
        const [open, [recent], [packed]] = await Promise.all([
          db.all<{ kind: string; count: number }>(
            sql`select status as kind, count(*) as count
                from (select status from runs indexed by runs_unfinished
                  where tenant = ${tenant} and finished_at is null
                    and not exists (select 1 from quarantine q where q.tenant = runs.tenant and q.run_id = runs.run_id)
                  order by created_at limit ${limit})
                group by status`,
          ),
          db.all<Recent>(
            sql`select count(*) as created, coalesce(sum(status = 'failed'), 0) as failed,
                  coalesce(sum(status = 'cancelled'), 0) as cancelled,
                  coalesce(sum(steps), 0) as steps, coalesce(sum(cached_steps), 0) as cached
                from (select status, steps, cached_steps from runs
                  where tenant = ${tenant} and created_at >= ${since} and deleted_at is null
                  order by created_at desc limit ${limit})`,
          ),
          db.all<Packed>(
            sql`select coalesce(sum(runs), 0) as runs, coalesce(sum(steps), 0) as steps,
                  coalesce(sum(cached_steps), 0) as cached, count(*) as parts
                from (select runs, steps, cached_steps from run_parts
                  where tenant = ${tenant} and last_at >= ${since}
                  order by last_at desc limit ${limit})`,
          ),
        ]);
        const { created = 0, failed = 0, cancelled = 0, steps = 0, cached = 0 } = recent ?? {};
        const { runs = 0, steps: more = 0, cached: saved = 0, parts = 0 } = packed ?? {};
        const most = open.reduce((sum, { count }) => sum + count, 0);
        const complete = created < limit && most < limit && parts < limit;
        return {
          ...{ unfinished: tallyOf(open), failed, cancelled, complete },
          ...{ created: created + runs, steps: steps + more, cachedSteps: cached + saved },
        };
      }),
    openDeadLetters: (tenant) =>
      answered("count the dead letters", async () =>
        tallyOf(
          await db.all<{ kind: string; count: number }>(
            sql`select error_type as kind, count(*) as count from dead_letters
                where tenant = ${tenant} and status = 'open' group by error_type`,
          ),
        ),
      ),
  };
}

const tallyOf = <K extends string>(rows: readonly { readonly kind: string; readonly count: number }[]): Tally<K> =>
  Object.fromEntries(rows.map(({ kind, count }) => [kind, count])) as Tally<K>;
