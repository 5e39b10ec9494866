import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { describe, expect, it } from "vitest";
import type { CacheEntry } from "../../../src/core/cache/entry.ts";
import { keyedRunId, runId } from "../../../src/core/run/model/run-id.ts";
import type { RunSummary } from "../../../src/core/run/model/summary.ts";
import { timedUuid } from "../../../src/core/search/told-time.ts";
import { d1Figures } from "../../../src/infra/d1/figures.ts";
import { d1ResultCache } from "../../../src/infra/d1/result-cache.ts";
import { d1RunIndex } from "../../../src/infra/d1/runs/run-index.ts";
import { d1RunRetention } from "../../../src/infra/d1/runs/run-retention.ts";
import { systemIds } from "../../../src/infra/system/clock.ts";
import { archivedSummary, sampleSummary } from "../../support/contracts/run-index.ts";

const AT = 1_800_000_000_000;
const DAY = "2027-01-15";
const RANDOM = "11111111-1111-4111-8111-111111111111";
const TOLD = runId(1, systemIds.ulid(AT));
const KEYED = keyedRunId("t", "key", 256);

interface Asked {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** A database that remembers what it was asked. */
function observed() {
  const asked: Asked[] = [];
  const client = {
    prepare: (text: string) => ({
      bind(...params: unknown[]) {
        asked.push({ sql: text, params });
        return env.DB.prepare(text).bind(...params);
      },
    }),
    batch: (statements: D1PreparedStatement[]) => env.DB.batch(statements),
  } as unknown as D1Database;
  return { asked, db: drizzle(client) };
}

/** How SQLite finds rows of runs in what an action asks. */
async function waysOf(act: (db: ReturnType<typeof observed>["db"]) => Promise<unknown>): Promise<readonly string[]> {
  const { asked, db } = observed();
  await act(db);
  const ways = [];
  for (const { sql: text, params } of asked) {
    const { results } = await env.DB.prepare(`explain query plan ${text}`)
      .bind(...params)
      .all();
    ways.push(...results.map(({ detail }) => String(detail)));
  }
  return ways
    .filter((way) => /^(SEARCH|SCAN) (r|runs)\b/.test(way))
    .map((way) => way.replace(/^(\w+) (runs|r)\b/, "$1 runs"));
}

const ended = (id: string, changes: Partial<RunSummary> = {}): RunSummary =>
  archivedSummary({
    tenant: "t",
    runId: id,
    createdAt: AT,
    correlationId: timedUuid(AT, RANDOM),
    values: ["values/t/a"],
    archive: { key: `runs/${DAY}/a`, offset: 0, length: 1 },
    ...changes,
  });
const started = (id: string): RunSummary =>
  sampleSummary({ ...ended(id), status: "running", finishedAt: null, archive: null });
const entry: CacheEntry = {
  tenant: "t",
  node: "n",
  version: "1.0.0",
  signature: "s",
  runId: KEYED,
  madeAt: AT,
  expiresAt: AT + 1,
  bytes: 1,
  outputHash: "h",
  outputs: {},
};

const TIME_OF_ROW = "PRIMARY KEY (tenant=? AND created_at=? AND run_id=?)";
const BY_ID = "runs_by_id (tenant=? AND run_id=?";

type Act = (db: ReturnType<typeof observed>["db"]) => Promise<unknown>;
const actions: readonly (readonly [string, Act, string])[] = [
  ["a run is put that is told by its id", (db) => d1RunIndex(db).put([ended(TOLD)]), TIME_OF_ROW],
  ["one is put whose id follows from a key", (db) => d1RunIndex(db).put([ended(KEYED)]), BY_ID],
  ["the key is used again", (db) => d1RunIndex(db).put([ended(KEYED, { createdAt: AT + 90_000_000 })]), BY_ID],
  ["a run is looked up by the time in its id", (db) => d1RunIndex(db).get("t", TOLD), TIME_OF_ROW],
  ["a run is looked up by an id that tells none", (db) => d1RunIndex(db).get("t", KEYED), BY_ID],
  ["it is asked which runs are archived", (db) => d1RunIndex(db).settled([ended(TOLD)]), TIME_OF_ROW],
  ["tenants are listed", (db) => d1RunRetention(db).tenants(), "PRIMARY KEY (tenant>?)"],
  ["old runs are found", (db) => d1RunRetention(db).archivedBefore("t", DAY, 10), "(tenant=? AND created_at<?)"],
  ["ghosts are looked for", (db) => d1RunRetention(db).unfinished("t", AT, { at: 1, id: "r" }, 10), "runs_unfinished"],
  ["a run is deleted", (db) => d1RunRetention(db).delete("t", TOLD, AT), TIME_OF_ROW],
  ["a deletion is taken back", (db) => d1RunRetention(db).undelete("t", TOLD), TIME_OF_ROW],
  ["runs are forgotten", (db) => d1RunRetention(db).forget("t", [ended(KEYED)], AT), TIME_OF_ROW],
  ["a ghost is forgotten", (db) => d1RunRetention(db).forgetUnfinished("t", started(TOLD), AT), TIME_OF_ROW],
  ["deletions are forgotten", (db) => d1RunRetention(db).forgetDeletions("t", AT, 10), "runs_deleted (tenant=?"],
  ["results are stored", (db) => d1ResultCache(db).put([entry], []), TIME_OF_ROW],
  ["runs are counted", (db) => d1Figures(db).runs("t", AT, 10), "(tenant=? AND created_at>?)"],
];

describe("the table of runs is never walked through", () => {
  it.each(actions)("when %s", async (_, act, way) => {
    await d1RunIndex(drizzle(env.DB)).put([ended(TOLD), ended(KEYED)]);
    const ways = await waysOf(act);
    expect(ways.join("\n")).toContain(way);
    for (const taken of ways) expect(taken).not.toMatch(/^SCAN|PRIMARY KEY \(tenant=\?\)/);
  });

  it("which this test would see", async () => {
    const ways = await waysOf((db) => db.all(sql`select * from runs where steps = ${1}`));
    expect(ways).toEqual(["SCAN runs"]);
  });
});
