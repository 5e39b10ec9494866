import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { describe, expect, it } from "vitest";
import { d1DeadLetterStore } from "../../../src/infra/d1/dead-letter-store.ts";
import { d1QuarantineIndex } from "../../../src/infra/d1/quarantine-index.ts";
import { d1Figures } from "../../../src/infra/d1/figures.ts";
import { d1ResultCache } from "../../../src/infra/d1/result-cache.ts";
import { d1RunIndex } from "../../../src/infra/d1/runs/run-index.ts";
import { d1RunRetention } from "../../../src/infra/d1/runs/run-retention.ts";
import { figuresContract } from "../../support/contracts/figures.ts";
import { resultCacheContract, sampleEntry } from "../../support/contracts/result-cache.ts";

const db = drizzle(env.DB);

// The database is one for the whole file, so each test is a tenant of its own.
let tenants = 0;
const freshTenant = (): string => `tenant-${++tenants}`;

describe("the D1 adapters of cache and figures keep their ports' contracts", () => {
  resultCacheContract("D1", async () => ({
    results: d1ResultCache(db),
    index: d1RunIndex(db),
    retention: d1RunRetention(db),
    tenant: freshTenant(),
  }));
  figuresContract("D1", async () => ({
    figures: d1Figures(db),
    quarantine: d1QuarantineIndex(db),
    index: d1RunIndex(db),
    deadLetters: d1DeadLetterStore(db),
    tenant: freshTenant(),
  }));
});

describe("the result cache in D1", () => {
  it("takes a row it cannot read for no entry", async () => {
    const results = d1ResultCache(db);
    const tenant = freshTenant();
    const entry = sampleEntry({ tenant });
    await results.put([entry], []);
    await env.DB.prepare("update result_cache set outputs = '{' where tenant = ?").bind(tenant).run();
    expect(await results.get(tenant, [entry], 0)).toEqual([]);
  });

  it("writes one row an entry", async () => {
    const statement = env.DB.prepare(
      `insert into result_cache (tenant, node, version, signature, run_id, made_at, expires_at, bytes, output_hash, outputs)
       values (?, 'n', '1.0.0', 's', 'r', 0, 0, 0, '', '{}')`,
    );
    const { meta } = await statement.bind(freshTenant()).run();
    expect(meta.rows_written).toBe(1);
  });

  it("looks an entry up and goes round along the primary key, without a scan", async () => {
    const plans = await Promise.all(
      [
        `select c.* from json_each('[]') e cross join result_cache c on c.tenant = e.value ->> 'tenant'
           and c.node = e.value ->> 'node' and c.version = e.value ->> 'version'
           and c.signature = e.value ->> 'signature'`,
        `select 1 from result_cache where (tenant, node, version, signature) > ('a', 'b', 'c', 'd')
           order by tenant, node, version, signature limit 5`,
      ].map((query) => env.DB.prepare(`explain query plan ${query}`).all<{ detail: string }>()),
    );
    for (const { results: lines } of plans) {
      expect(lines.map(({ detail }) => detail).join("\n")).toMatch(/SEARCH (c|result_cache) USING PRIMARY KEY/);
    }
  });
});
