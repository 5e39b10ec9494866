import { sql, type SQL } from "drizzle-orm";
import { blobKeysOf, type CacheCount, type CacheEntry, type CacheStats } from "../../core/cache/entry.ts";
import { toldByRunId } from "../../core/search/told-time.ts";
import type { CacheSelection, ResultCache } from "../../spi/result-cache.ts";
import { allOrNone, type Database } from "./batch.ts";
import { answered } from "./edge.ts";
import { isObject } from "../../core/contract/map-schema.ts";
import { STORED_FORMS } from "../../core/stored/forms.ts";
import { readFitting } from "../../core/stored/stored-form.ts";
import { listedTexts } from "./listed-texts.ts";
import { jsonParameters } from "./json-parameter.ts";
import { IS_DELETED } from "./runs/run-places.ts";

/** A row of the table `result_cache` as raw SQL returns it. */
interface CacheRow {
  readonly tenant: string;
  readonly node: string;
  readonly version: string;
  readonly signature: string;
  readonly run_id: string;
  readonly made_at: number;
  readonly expires_at: number;
  readonly bytes: number;
  readonly blobs: string | null;
  readonly output_hash: string;
  readonly outputs: string;
}

const COLUMNS = [
  "tenant",
  "node",
  "version",
  "signature",
  "run_id",
  "made_at",
  "expires_at",
  "bytes",
  "blobs",
  "output_hash",
  "outputs",
] as const satisfies readonly (keyof CacheRow)[];

const PLACE = sql.raw("tenant, node, version, signature");
const INTO = sql.raw(COLUMNS.join(", "));
const VALUES = sql.raw(COLUMNS.map((column) => `e.value ->> '${column}'`).join(", "));
const SET = sql.raw(
  COLUMNS.slice(4)
    .map((column) => `${column} = excluded.${column}`)
    .join(", "),
);
/** Rows of the table under the keys of a list. `cross join` keeps the list outside: one search a key. */
const KEYED = sql.raw(
  "cross join result_cache c on c.tenant = e.value ->> 'tenant' and c.node = e.value ->> 'node' " +
    "and c.version = e.value ->> 'version' and c.signature = e.value ->> 'signature'",
);

/**
 * Results in D1: one billed row an entry, found by node, version and signature. Nothing else is indexed, for each index
 * would be one more row to write: what is over is found by a tour along the primary key.
 */
export function d1ResultCache(db: Database): ResultCache {
  return {
    get: (tenant, keys, now) =>
      answered("look up results", async () => {
        const lists = jsonParameters(
          keys.map(({ node, version, signature }) => ({ tenant, node, version, signature })),
        );
        const rows = await Promise.all(
          lists.map((list) =>
            db.all<CacheRow>(sql`select c.* from json_each(${list}) e ${KEYED} where c.expires_at > ${now}`),
          ),
        );
        return rows.flat().flatMap((row) => entryOf(row) ?? []);
      }),
    put: (entries, counts) =>
      answered("store results", async () => {
        const answers = await allOrNone(db, [
          ...jsonParameters(entries.map(arrivalOf)).flatMap(storeRows),
          ...jsonParameters(counts).map(addCounts),
        ]);
        const said = answers.flat() as { readonly held: number; readonly blobs: string }[];
        const held = new Set(said.filter((one) => one.held === 1).flatMap(({ blobs }) => listedTexts(blobs)));
        const all = [...said.flatMap(({ blobs }) => listedTexts(blobs)), ...entries.flatMap(blobKeysOf)];
        return [...new Set(all)].filter((key) => !held.has(key));
      }),
    clear: (tenant, which, limit) =>
      answered("remove results", async () => {
        const gone = await removed(
          sql`select ${PLACE} from result_cache where ${chosen(tenant, which)} limit ${limit}`,
        );
        return { ...gone, more: gone.entries === limit };
      }),
    stats: (tenant) =>
      answered("count results", () =>
        db.all<CacheStats>(
          sql`select node, version, sum(entries) as entries, sum(bytes) as bytes, sum(hits) as hits, sum(stored) as stored
              from (
                select node, version, count(*) as entries, sum(bytes) as bytes, 0 as hits, 0 as stored
                from result_cache where tenant = ${tenant} group by node, version
                union all select node, version, 0, 0, hits, stored from cache_counts where tenant = ${tenant})
              group by node, version order by node, version`,
        ),
      ),
    counts: (tenant) =>
      answered("tell how often results were used", () =>
        db.all<CacheCount>(
          sql`select tenant, node, version, hits, stored from cache_counts where tenant = ${tenant}
              order by node, version`,
        ),
      ),
    size: (tenant, limit) =>
      answered("measure the results", async () => {
        const [row] = await db.all<{ entries: number; bytes: number }>(
          sql`select count(*) as entries, coalesce(sum(bytes), 0) as bytes
              from (select bytes from result_cache where tenant = ${tenant} limit ${limit})`,
        );
        return row ?? { entries: 0, bytes: 0 };
      }),
    tour: (after, { now, madeBefore }, limit) =>
      answered("look through the results", async () => {
        const [tenant = "", node = "", version = "", signature = ""] = after === null ? [] : listedTexts(after);
        const seen = await db.all<{ place: string; over: number }>(
          sql`select json_array(${PLACE}) as place, expires_at <= ${now} or made_at < ${madeBefore ?? 0} as over
              from result_cache where (${PLACE}) > (${tenant}, ${node}, ${version}, ${signature})
              order by ${PLACE} limit ${limit}`,
        );
        const over = seen.flatMap(({ place, over: isOver }) => (isOver === 1 ? [listedTexts(place)] : []));
        const parts = await Promise.all(
          jsonParameters(over).map((list) =>
            removed(
              sql`select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each(${list})`,
              // One that was stored anew since stays.
              sql`and (expires_at <= ${now} or made_at < ${madeBefore ?? 0})`,
            ),
          ),
        );
        return {
          entries: parts.reduce((sum, { entries }) => sum + entries, 0),
          blobs: parts.flatMap(({ blobs }) => blobs),
          next: seen.length < limit ? null : (seen.at(-1)?.place ?? null),
        };
      }),
  };

  async function removed(places: SQL, more: SQL = sql``): Promise<{ entries: number; blobs: readonly string[] }> {
    const gone = await db.all<{ blobs: string | null }>(
      sql`delete from result_cache where (${PLACE}) in (${places}) ${more} returning blobs`,
    );
    return { entries: gone.length, blobs: gone.flatMap(({ blobs }) => listedTexts(blobs)) };
  }
}

/** Which large values were referred to before, the rows, and which are referred to since. */
const storeRows = (list: string): readonly SQL[] => [
  sql`select 0 as held, c.blobs from json_each(${list}) e ${KEYED} where c.blobs is not null`,
  sql`insert into result_cache (${INTO}) select ${VALUES} from json_each(${list}) e
        where not ${IS_DELETED}
        on conflict (${PLACE}) do update set ${SET} where excluded.made_at >= result_cache.made_at`,
  sql`select 1 as held, c.blobs from json_each(${list}) e ${KEYED} where c.blobs is not null`,
];

const addCounts = (list: string): SQL =>
  sql`insert into cache_counts (tenant, node, version, hits, stored)
        select value ->> 'tenant', value ->> 'node', value ->> 'version', value ->> 'hits', value ->> 'stored'
        from json_each(${list}) where true
        on conflict (tenant, node, version) do update set hits = hits + excluded.hits, stored = stored + excluded.stored`;

function chosen(tenant: string, { node, version, runId }: CacheSelection): SQL {
  const conditions = [
    sql`tenant = ${tenant}`,
    ...(node === undefined ? [] : [sql`node = ${node}`]),
    ...(version === undefined ? [] : [sql`version = ${version}`]),
    ...(runId === undefined ? [] : [sql`run_id = ${runId}`]),
  ];
  return sql.join(conditions, sql` and `);
}

/** A row with the moment its run's id tells, which leads to the run. */
const arrivalOf = (entry: CacheEntry): CacheRow & { readonly told_at: number | null } => ({
  ...rowOf(entry),
  told_at: toldByRunId(entry.runId),
});

function rowOf(entry: CacheEntry): CacheRow {
  const blobs = blobKeysOf(entry);
  return {
    tenant: entry.tenant,
    node: entry.node,
    version: entry.version,
    signature: entry.signature,
    run_id: entry.runId,
    made_at: entry.madeAt,
    expires_at: entry.expiresAt,
    bytes: entry.bytes,
    blobs: blobs.length === 0 ? null : JSON.stringify(blobs),
    output_hash: entry.outputHash,
    outputs: JSON.stringify(entry.outputs),
  };
}

/** Null for a row that is no entry, or one of a later release: it is as good as absent. */
function entryOf(row: CacheRow): CacheEntry | null {
  const outputs = readFitting<CacheEntry["outputs"]>(STORED_FORMS["cached outputs"], row.outputs, isObject);
  return outputs.ok
    ? {
        tenant: row.tenant,
        node: row.node,
        version: row.version,
        signature: row.signature,
        outputs: outputs.value,
        outputHash: row.output_hash,
        bytes: row.bytes,
        runId: row.run_id,
        madeAt: row.made_at,
        expiresAt: row.expires_at,
      }
    : null;
}
