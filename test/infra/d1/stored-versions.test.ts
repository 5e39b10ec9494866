import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { describe, expect, it } from "vitest";
import { ANY_DEAD_LETTER } from "../../../src/core/dead-letters/query.ts";
import { ANY_RUN } from "../../../src/core/search/run-query.ts";
import type { TriggerRecord } from "../../../src/core/trigger/record.ts";
import { d1DeadLetterStore } from "../../../src/infra/d1/dead-letter-store.ts";
import { d1NodeRegistry } from "../../../src/infra/d1/registry/node-registry.ts";
import { d1ResultCache } from "../../../src/infra/d1/result-cache.ts";
import { d1RunIndex } from "../../../src/infra/d1/runs/run-index.ts";
import { d1TriggerStore } from "../../../src/infra/d1/trigger-store.ts";
import { memoryBlobStore } from "../../../src/infra/memory/blob-store.ts";
import { sampleDeadLetter } from "../../support/contracts/dead-letter-store.ts";
import { sampleEntry } from "../../support/contracts/result-cache.ts";
import { sampleSummary } from "../../support/contracts/run-index.ts";
import { sampleArtifacts, sampleNode } from "../../support/sample-node.ts";

const db = drizzle(env.DB);
let tenants = 0;
const freshTenant = (): string => `versions-${++tenants}`;

/** A row's column as a later release wrote it, while `during` looks; afterwards the column is as it was. */
async function rolledBack(
  { table, column, where }: { readonly table: string; readonly column: string; readonly where: string },
  written: string,
  during: () => Promise<void>,
): Promise<void> {
  const set = (text: string) => env.DB.prepare(`update ${table} set ${column} = ? where ${where}`).bind(text).run();
  const was = await env.DB.prepare(`select ${column} as own from ${table} where ${where}`).first<string>("own");
  await set(written);
  try {
    await during();
    const kept = await env.DB.prepare(`select ${column} as own from ${table} where ${where}`).first<string>("own");
    expect(kept).toBe(written);
  } finally {
    await set(was ?? "");
  }
}

const LATER: readonly (readonly [code: string, text: string])[] = [
  ["RECORD_NEWER", '{"v":99,"what":"nobody here knows"}'],
  ["RECORD_UNREADABLE", '{"cut":'],
  ["RECORD_UNREADABLE", '{"v":1}'],
];

describe.each(LATER)("what is %s in a row: %s", (code, text) => {
  it("a node is left out of the registry and named; the others are planned with, and it is back afterwards", async () => {
    const tenant = freshTenant();
    const registry = d1NodeRegistry(db, memoryBlobStore(), { pageSize: 2 });
    const names = ["a_node", "b_node", "c_node"];
    for (const [i, name] of names.entries())
      await registry.register(tenant, sampleNode({ name, uuid: `u${i}` }), sampleArtifacts(name), 1);
    await rolledBack(
      { table: "nodes", column: "definition", where: `tenant = '${tenant}' and name = 'b_node'` },
      text,
      async () => {
        const { nodes, unread } = await registry.snapshot(tenant);
        expect(nodes.map(({ name }) => name)).toEqual(["a_node", "c_node"]);
        expect(unread).toMatchObject([{ node: "b_node@1.0.0", code }]);
        await expect(registry.versions(tenant, "b_node")).rejects.toMatchObject({ code });
        expect(await registry.versions(tenant, "a_node")).toHaveLength(1);
        // It can still be archived: that reads no definition.
        const moved = await registry.setLifecycle(tenant, "b_node", "1.0.0", "archived", {
          archivedReason: "x",
        });
        expect(moved.ok).toBe(true);
      },
    );
    const { nodes, unread } = await registry.snapshot(tenant);
    expect([nodes.length, unread]).toEqual([3, []]);
  });

  it("a cached result is as good as absent, until it can be read", async () => {
    const tenant = freshTenant();
    const results = d1ResultCache(db);
    const entry = sampleEntry({ tenant });
    await results.put([entry], []);
    // A map of values is an entry whatever its keys are.
    const written = text === '{"v":1}' ? '"text"' : text;
    await rolledBack({ table: "result_cache", column: "outputs", where: `tenant = '${tenant}'` }, written, async () => {
      expect(await results.get(tenant, [entry], 0)).toEqual([]);
    });
    expect(await results.get(tenant, [entry], 0)).toHaveLength(1);
  });

  it("a bus message's parts are not decided anew, and nothing of them is lost", async () => {
    const tenant = freshTenant();
    const store = d1TriggerStore(db);
    const record: TriggerRecord = {
      ...{ tenant, id: "a", group: "g", idempotentKey: "k", hash: "h", correlationId: "c", source: "s" },
      ...{ receivedAt: 1, status: "accepted", duplicateOf: null, leftOut: 0, refused: null },
      parts: [{ taker: "n@1.0.0", runId: null, refused: null }],
    };
    await store.claim(record);
    await rolledBack({ table: "triggers", column: "parts", where: `tenant = '${tenant}'` }, text, async () => {
      await expect(store.get(tenant, "a")).rejects.toMatchObject({ code });
      await expect(store.claim({ ...record, parts: [] })).rejects.toMatchObject({ code });
    });
    expect(await store.get(tenant, "a")).toEqual(record);
  });

  it("the work of a dead letter is not told, and the letter is found, shown and sent again", async () => {
    const tenant = freshTenant();
    const store = d1DeadLetterStore(db);
    const letters = [sampleDeadLetter({ tenant, id: "a" }), sampleDeadLetter({ tenant, id: "b" })];
    for (const letter of letters) await store.record(letter);
    const row = { table: "dead_letters", column: "work", where: `tenant = '${tenant}' and id = 'a'` };
    await rolledBack(row, text, async () => {
      const { items } = await store.search(tenant, ANY_DEAD_LETTER, { limit: 10, after: null });
      expect(items.map(({ id, work: item }) => [id, item === null])).toEqual([
        ["b", false],
        ["a", true],
      ]);
      await store.redriven(tenant, "a", 1, 9);
    });
    expect(await store.get(tenant, "a")).toMatchObject({ status: "redriven", work: { segment: "s1" } });
  });

  it.each(["want", "tags", "nodes", "value_keys"])(
    "the %s of a run's row are none, and the run is found",
    async (column) => {
      const tenant = freshTenant();
      const index = d1RunIndex(db);
      const runs = [1, 2].map((n) => sampleSummary({ tenant, runId: `r00_${n}`, createdAt: n, values: ["values/x"] }));
      await index.put(runs);
      const row = { table: "runs", column, where: `tenant = '${tenant}' and run_id = 'r00_1'` };
      await rolledBack(row, text, async () => {
        const { items } = await index.search(tenant, ANY_RUN, { limit: 10, after: null });
        expect(items.map(({ runId }) => runId)).toEqual(["r00_2", "r00_1"]);
        expect(await index.get(tenant, "r00_1")).toMatchObject({ runId: "r00_1" });
      });
      expect(await index.get(tenant, "r00_1")).toEqual(runs[0]);
    },
  );
});
