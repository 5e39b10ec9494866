import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { describe, expect, it } from "vitest";
import { eq } from "drizzle-orm";
import { nodeRef } from "../../../src/core/registry/node.ts";
import { d1NodeRegistry } from "../../../src/infra/d1/registry/node-registry.ts";
import { d1TrustScores } from "../../../src/infra/d1/registry/trust-scores.ts";
import { nodes, registryVersions } from "../../../src/infra/d1/registry/tables.ts";
import { memoryBlobStore } from "../../../src/infra/memory/blob-store.ts";
import { failFirst, failing } from "../../support/failing.ts";
import { sampleArtifacts, sampleNode } from "../../support/sample-node.ts";

const db = drizzle(env.DB);
const artifacts = sampleArtifacts("text_count");
const MANY = 120;
let tenants = 0;

/** A registry of many nodes, and what reading it costs. */
async function world(count = MANY) {
  const tenant = `published-${++tenants}`;
  const blobs = memoryBlobStore();
  let rows = 0;
  const counting = new Proxy(db, {
    get: (target, property) => {
      if (property !== "batch") return Reflect.get(target, property) as unknown;
      return async (...args: Parameters<typeof db.batch>) => {
        const answers = await target.batch(...args);
        rows += (answers as readonly unknown[]).reduce<number>(
          (sum, one) => sum + (Array.isArray(one) ? one.length : 0),
          0,
        );
        return answers;
      };
    },
  });
  const registry = d1NodeRegistry(counting, blobs, { pageSize: 50 });
  const add = async (n: number) => {
    const node = sampleNode({ name: `text_${n}`, digest: `d${n}` });
    expect(await registry.register(tenant, node, artifacts, 1)).toMatchObject({ ok: true });
  };
  for (let n = 0; n < count; n++) await add(n);
  /** Rows that one reading takes. */
  const read = async (
    ...since: Parameters<typeof registry.snapshot> extends [string, ...infer Rest] ? Rest : never
  ) => {
    rows = 0;
    return { snapshot: await registry.snapshot(tenant, ...since), rows };
  };
  const published = () => blobs.list(`registry/${tenant}/`);
  return { tenant, blobs, registry, add, read, published };
}

describe("a published registry", () => {
  it("is read by whoever begins, in the place of its rows; what came since is read as rows", async () => {
    const { read, add, published, tenant, registry } = await world();
    const first = await read();
    expect(first.rows).toBeGreaterThan(MANY);
    expect(await published()).toEqual([`registry/${tenant}/${MANY}.json.gz`]);
    const second = await read();
    expect(second.rows).toBeLessThan(5);
    expect(second.snapshot).toEqual(first.snapshot);
    await add(MANY);
    await registry.setLifecycle(tenant, "text_3", "1.0.0", "archived", { archivedReason: "unused" });
    await d1TrustScores(db).put(tenant, [
      { node: "text_4@1.0.0", score: { score: 0.75, confidence: 0.5, samples: 3 }, at: 1 },
    ]);
    const third = await read();
    expect(third.rows).toBeLessThan(8);
    expect(third.snapshot.nodes).toHaveLength(MANY + 1);
    expect(third.snapshot.byRef.get("text_3@1.0.0")?.lifecycle).toBe("archived");
    expect(third.snapshot.trust.get("text_4@1.0.0")?.score).toBe(0.75);
    expect((await read(first.snapshot)).snapshot).toEqual(third.snapshot);
  });

  it("is left alone by a score that moves: a follower reads that score alone", async () => {
    const { read, tenant } = await world();
    const { snapshot } = await read();
    await d1TrustScores(db).put(tenant, [
      { node: "text_9@1.0.0", score: { score: 0.25, confidence: 0.5, samples: 3 }, at: 1 },
    ]);
    const after = await read(snapshot);
    expect(after.rows).toBeLessThan(5);
    expect(after.snapshot.nodes).toBe(snapshot.nodes);
    expect(after.snapshot.trust.get("text_9@1.0.0")?.score).toBe(0.25);
    expect(snapshot.trust.get("text_9@1.0.0")?.samples).toBe(0);
  });

  it("is not counted by the database for a score that moves", async () => {
    const { read, tenant, blobs } = await world();
    const { snapshot } = await read();
    let looked = 0;
    const counting = new Proxy(env.DB, {
      get(target, property) {
        const member: unknown = Reflect.get(target, property);
        if (property !== "batch") return typeof member === "function" ? member.bind(target) : member;
        return async (...args: Parameters<typeof target.batch>) => {
          const answers = await target.batch(...args);
          for (const { meta } of answers) looked += meta.rows_read;
          return answers;
        };
      },
    });
    const registry = d1NodeRegistry(drizzle(counting), blobs);
    await d1TrustScores(db).put(tenant, [
      { node: "text_5@1.0.0", score: { score: 0.25, confidence: 0.5, samples: 3 }, at: 1 },
    ]);
    const after = await registry.snapshot(tenant, snapshot);
    expect(after.trust.get("text_5@1.0.0")?.score).toBe(0.25);
    expect(looked).toBeGreaterThan(0);
    expect(looked).toBeLessThan(20);
    await registry.setLifecycle(tenant, "text_5", "1.0.0", "archived", { archivedReason: "unused" });
    looked = 0;
    expect((await registry.snapshot(tenant, after)).byRef.get("text_5@1.0.0")?.lifecycle).toBe("archived");
    expect(looked).toBeGreaterThan(MANY);
  });

  it("is published by one of many who begin at once", async () => {
    const { registry, tenant, blobs, published } = await world();
    let puts = 0;
    const put: typeof blobs.put = (...args) => {
      puts++;
      return blobs.put(...args);
    };
    const counted = { ...blobs, put };
    const others = Array.from({ length: 8 }, () => d1NodeRegistry(db, counted));
    const snapshots = await Promise.all(others.map((one) => one.snapshot(tenant)));
    const whole = await registry.snapshot(tenant);
    for (const snapshot of snapshots) expect(snapshot).toEqual(whole);
    expect(puts).toBe(1);
    expect(await published()).toHaveLength(1);
  });

  it("takes the place of the one before it once much has changed", async () => {
    const { read, add, published, tenant } = await world();
    await read();
    for (let n = MANY; n < 2 * MANY; n++) await add(n);
    // The last publishing was long ago.
    await db.update(registryVersions).set({ publishing: 0 }).where(eq(registryVersions.tenant, tenant));
    const { snapshot } = await read();
    expect(await published()).toEqual([`registry/${tenant}/${2 * MANY}.json.gz`]);
    const again = await read();
    expect(again.snapshot).toEqual(snapshot);
    expect(again.rows).toBeLessThan(5);
  });

  const SPOILT = {
    lost: async (blobs: ReturnType<typeof memoryBlobStore>, key: string) => blobs.delete([key]),
    cut: async (blobs: ReturnType<typeof memoryBlobStore>, key: string) => {
      const bytes = await blobs.getBytes(key);
      await blobs.put(key, bytes?.slice(0, bytes.length / 2) ?? "");
    },
    "not what it should be": (blobs: ReturnType<typeof memoryBlobStore>, key: string) => blobs.put(key, "garbage"),
  };
  it.each(Object.entries(SPOILT))("that is %s costs a reading of the rows, and nothing else", async (_, spoil) => {
    const { read, blobs, published } = await world();
    const { snapshot } = await read();
    const [key = ""] = await published();
    await spoil(blobs, key);
    expect((await read()).snapshot).toEqual(snapshot);
  });

  it("that cannot be written is no trouble of who reads", async () => {
    const { tenant, blobs } = await world();
    const broken = d1NodeRegistry(db, failing(blobs, failFirst("put")));
    expect((await broken.snapshot(tenant)).nodes).toHaveLength(MANY);
  });

  it("is not believed where nodes came in another way", async () => {
    const { read, tenant } = await world();
    const { snapshot } = await read();
    const stray = sampleNode({ name: "text_stray", digest: "stray" });
    await db.insert(nodes).values({
      tenant,
      name: stray.name,
      version: stray.version,
      digest: stray.digest,
      uuid: stray.uuid,
      lifecycle: "active",
      definition: JSON.stringify(stray),
      registeredAt: 1,
    });
    await db
      .update(registryVersions)
      .set({ nodesVersion: MANY + 1 })
      .where(eq(registryVersions.tenant, tenant));
    for (const { snapshot: after } of [await read(), await read(snapshot)]) {
      expect(after.byRef.has(nodeRef(stray))).toBe(true);
      expect(after.nodes).toHaveLength(MANY + 1);
    }
  });

  it("and a snapshot at hand give way to a registry that was restored to an earlier day", async () => {
    const { read, tenant } = await world();
    const { snapshot } = await read();
    await db.delete(nodes).where(eq(nodes.name, "text_7"));
    await db.update(registryVersions).set({ nodesVersion: 20 }).where(eq(registryVersions.tenant, tenant));
    for (const { snapshot: after } of [await read(), await read(snapshot)]) {
      expect(after.version).toBe("20.0");
      expect(after.byRef.has("text_7@1.0.0")).toBe(false);
    }
  });
});
