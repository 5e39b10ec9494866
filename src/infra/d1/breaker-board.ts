import { sql } from "drizzle-orm";
import type { BreakerBoard, BreakerKey, SharedBreaker } from "../../spi/breaker-board.ts";
import { allOrNone, type Database } from "./batch.ts";
import { answered } from "./edge.ts";

interface Row {
  readonly tenant: string;
  readonly binding: string;
  readonly target: string;
  readonly failures: number;
  readonly open_until: number | null;
  readonly trial_until: number | null;
}

const sharedOf = ({ open_until: openUntil, trial_until: trialUntil, ...row }: Row): SharedBreaker => ({
  ...row,
  openUntil,
  trialUntil,
});

const COLUMNS = sql.raw("tenant, binding, target, failures, open_until, trial_until");
const isOf = ({ tenant, binding, target }: BreakerKey) =>
  sql`tenant = ${tenant} and binding = ${binding} and target = ${target}`;

/** What isolates tell each other of targets, in D1: a row a target. */
export function d1BreakerBoard(db: Database): BreakerBoard {
  const read = async (keys: readonly BreakerKey[]): Promise<readonly SharedBreaker[]> => {
    const found = await allOrNone(
      db,
      keys.map((key) => sql`select ${COLUMNS} from breakers where ${isOf(key)}`),
    );
    return (found.flat() as readonly Row[]).map(sharedOf);
  };
  return {
    report: (reports, now) =>
      answered("take a report on targets", async () => {
        const statements = reports.map((report) => {
          const { tenant, binding, target, failures, succeeded, failureThreshold, resetMs } = report;
          const opened = now + resetMs;
          const first = failures >= failureThreshold ? opened : null;
          const base = sql.raw(succeeded ? "0" : "breakers.failures");
          return sql`insert into breakers (tenant, binding, target, failures, open_until, trial_until, changed_at)
            values (${tenant}, ${binding}, ${target}, ${failures}, ${first}, null, ${now})
            on conflict (tenant, binding, target) do update set
              failures = ${base} + ${failures},
              open_until = coalesce(open_until, case when ${base} + ${failures} >= ${failureThreshold} then ${opened} end),
              changed_at = ${now}`;
        });
        await allOrNone(db, statements);
        return read(reports);
      }),
    read: (keys) => answered("tell how targets stand", () => read(keys)),
    claimTrial: ({ tenant, binding, target }, now, trialUntil) =>
      answered("let a call try", async () => {
        const { meta } = await db.run(sql`insert into breakers
          (tenant, binding, target, failures, open_until, trial_until, changed_at)
          values (${tenant}, ${binding}, ${target}, 0, ${now}, ${trialUntil}, ${now})
          on conflict (tenant, binding, target) do update set
            trial_until = case when open_until is not null then ${trialUntil} end, changed_at = ${now}
          where open_until is null or (open_until <= ${now} and coalesce(trial_until, 0) <= ${now})`);
        return meta.changes > 0;
      }),
    settleTrial: (key, openUntil) =>
      answered("note what came of a trial", async () => {
        const failures = sql.raw(openUntil === null ? "0" : "failures");
        await db.run(
          sql`update breakers set open_until = ${openUntil}, trial_until = null, failures = ${failures} where ${isOf(key)}`,
        );
      }),
    open: (tenant, limit) =>
      answered("list open breakers", async () => {
        const rows = await db.all<Row>(sql`select ${COLUMNS} from breakers
          where tenant = ${tenant} and open_until is not null order by binding, target limit ${limit}`);
        return rows.map(sharedOf);
      }),
    forgetBefore: (before, limit) =>
      answered("forget old breakers", async () => {
        const { meta } = await db.run(sql`delete from breakers where (tenant, binding, target) in
          (select tenant, binding, target from breakers where changed_at < ${before} limit ${limit})`);
        return meta.changes;
      }),
  };
}
