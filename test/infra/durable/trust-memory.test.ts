import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { and, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { describe, expect, it } from "vitest";
import type { ScoredNode } from "../../../src/core/trust/history.ts";
import { scoreOf } from "../../../src/core/trust/score.ts";
import { trustScores } from "../../../src/infra/d1/registry/tables.ts";
import { TrustMemory, type TrustMemoryPorts } from "../../../src/infra/durable/trust-memory.ts";
import { durableTrustStore, trustMemoryName } from "../../../src/infra/durable/trust-store.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { totalsAfter, trustStoreContract } from "../../support/contracts/trust-store.ts";
import { failFirst, failing } from "../../support/failing.ts";

const db = drizzle(env.DB);
const NOW = 1_800_000_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;
const OWNER = { tenant: "default", name: "text_count" };

let tenants = 0;
const freshTenant = (): string => `tenant-${++tenants}`;

async function written(tenant: string, node: string) {
  const rows = await db
    .select({ score: trustScores.score, confidence: trustScores.confidence, samples: trustScores.samples })
    .from(trustScores)
    .where(and(eq(trustScores.tenant, tenant), eq(trustScores.node, node)));
  return rows[0];
}

const reportOf = (count: number, x = 1, source = "ring-00") => ({
  version: "1.0.0",
  source,
  totals: totalsAfter(count, x),
  declared: null,
});

describe("trust memories as objects", () => {
  trustStoreContract("Durable Object", async () => ({
    trust: durableTrustStore(env.TRUST_NS),
    written,
    tenant: freshTenant(),
  }));

  it("remember across an eviction", async () => {
    const trust = durableTrustStore(env.TRUST_NS);
    const tenant = freshTenant();
    const report = { node: "text_count@1.0.0", source: "ring-00", totals: totalsAfter(4), declared: null };
    await trust.report(tenant, [report], NOW);
    await evictDurableObject(env.TRUST_NS.getByName(trustMemoryName({ tenant, name: "text_count" })));
    expect(await trust.read(tenant, "text_count@1.0.0", null, NOW)).toEqual(
      scoreOf(totalsAfter(4), { declared: null, now: NOW }),
    );
  });

  it("follow the decay by their own alarm", async () => {
    const trust = durableTrustStore(env.TRUST_NS);
    const tenant = freshTenant();
    const report = { node: "text_count@1.0.0", source: "ring-00", totals: totalsAfter(40, 0), declared: null };
    await trust.report(tenant, [report], NOW);
    const stub = env.TRUST_NS.getByName(trustMemoryName({ tenant, name: "text_count" }));
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    const now = await trust.records(tenant, "text_count", Date.now());
    expect((await written(tenant, "text_count@1.0.0"))?.score).toBeCloseTo(now[0]?.score.score ?? -1, 6);
  });

  it("that do not answer are SERVICE_UNAVAILABLE, and do not keep reports from the others", async () => {
    const got: string[] = [];
    const trust = durableTrustStore({
      getByName: (name) => ({
        report: async () => {
          if (name.endsWith("/broken")) throw new Error("Network connection lost.");
          got.push(name);
        },
      }),
    });
    const reports = ["broken@1.0.0", "sound@1.0.0"].map((node) => ({
      node,
      source: "s",
      totals: totalsAfter(1),
      declared: null,
    }));
    await expect(trust.report("default", reports, NOW)).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    expect(got).toEqual(["default/sound"]);
  });
});

interface Bench {
  readonly memory: TrustMemory;
  readonly storage: DurableObjectStorage;
  readonly clock: ReturnType<typeof fixedClock>;
  readonly sent: ScoredNode[][];
  readonly warned: string[];
  /** Another memory over the same storage, as after a restart. */
  readonly restarted: () => TrustMemory;
}

/** A trust memory inside an object, with ports of the test's making. */
async function inObject(
  name: string,
  test: (bench: Bench) => Promise<void>,
  scoresOf: (scores: TrustMemoryPorts["scores"]) => TrustMemoryPorts["scores"] = (scores) => scores,
): Promise<void> {
  await runInDurableObject(env.TRUST_NS.getByName(name), async (_instance, { storage }) => {
    const sent: ScoredNode[][] = [];
    const warned: string[] = [];
    const clock = fixedClock(NOW);
    const silent = () => undefined;
    const ports: TrustMemoryPorts = {
      scores: scoresOf({ put: async (_tenant, scores) => void sent.push([...scores]) }),
      clock,
      log: { info: silent, error: silent, warn: (message) => void warned.push(message) },
    };
    const restarted = () => new TrustMemory(storage, ports);
    await test({ memory: restarted(), storage, clock, sent, warned, restarted });
    await storage.deleteAlarm();
  });
}

describe("a trust memory", () => {
  it("writes a score through when it moved, and only then", () =>
    inObject("moves", async ({ memory, sent }) => {
      await memory.report(OWNER, [reportOf(3)], NOW);
      await memory.report(OWNER, [reportOf(3)], NOW);
      await memory.report(OWNER, [reportOf(2)], NOW);
      const score = scoreOf(totalsAfter(3), { declared: null, now: NOW });
      expect(sent).toEqual([[{ node: "text_count@1.0.0", score, at: NOW }]]);
    }));

  it("answers a report though the registry does not, and writes the score by its alarm", () =>
    inObject(
      "registry-down",
      async ({ memory, storage, clock, sent, warned, restarted }) => {
        await memory.report(OWNER, [reportOf(3)], NOW);
        expect(sent).toEqual([]);
        expect(warned).toHaveLength(1);
        expect(await storage.getAlarm()).toBe(NOW + 30_000);
        clock.advance(30_000);
        await restarted().alarm();
        expect(sent.flat().map(({ node }) => node)).toEqual(["text_count@1.0.0"]);
        expect(await storage.getAlarm()).toBe(clock.now() + DAY_MS / 2);
      },
      (scores) => failing(scores, failFirst("put")),
    ));

  it("writes again what a lost answer left open, to the same end", () =>
    inObject(
      "answer-lost",
      async ({ memory, sent, restarted }) => {
        await memory.report(OWNER, [reportOf(3)], NOW);
        await restarted().report(OWNER, [reportOf(3)], NOW);
        expect(sent).toHaveLength(2);
        expect(sent[1]).toEqual(sent[0]);
      },
      (scores) => failing(scores, failFirst("put", 1, "after")),
    ));

  it("writes again after a turn that broke, which breaks for its own report only", () =>
    inObject("broken-turn", async ({ memory, storage, sent }) => {
      const exec = storage.sql.exec.bind(storage.sql);
      storage.sql.exec = (query, ...bindings) => {
        if (query.startsWith("UPDATE notes")) throw new Error("the disk is full");
        return exec(query, ...bindings) as never;
      };
      await expect(memory.report(OWNER, [reportOf(3)], NOW)).rejects.toThrow("the disk is full");
      storage.sql.exec = exec;
      await memory.report(OWNER, [reportOf(3)], NOW);
      expect(sent).toHaveLength(2);
      expect(memory.records(NOW)[0]?.history).toHaveLength(1);
    }));

  it.each([
    ["RECORD_NEWER", '{"v":99}'],
    ["RECORD_UNREADABLE", "[{"],
  ])("keeps a history that is %s as it is, says so, and scores from its totals", (code, text) =>
    inObject(`history ${code}`, async ({ memory, storage, sent, warned, restarted }) => {
      await memory.report(OWNER, [reportOf(3)], NOW);
      const stored = () => storage.sql.exec<{ history: string }>("SELECT history FROM notes").one().history;
      const before = stored();
      storage.sql.exec("UPDATE notes SET history = ?", text);
      await restarted().report(OWNER, [reportOf(4)], NOW + 1);
      expect(sent.at(-1)).toMatchObject([{ score: scoreOf(totalsAfter(4), { declared: null, now: NOW + 1 }) }]);
      expect(warned).toEqual(["a history of trust cannot be read; it stays as it is, and scores come from the totals"]);
      expect(stored()).toBe(text);
      expect(restarted().records(NOW)[0]).toMatchObject({ successes: 4, history: [] });
      storage.sql.exec("UPDATE notes SET history = ?", before);
      expect(restarted().records(NOW)[0]?.history).toHaveLength(1);
    }),
  );

  it("takes over what an object kept in the form before, all but what the registry had not got", () =>
    inObject("form-before", async ({ storage, sent, restarted }) => {
      const moment = (at: number) => ({ score: 0.5, confidence: 0.1, samples: 1, at });
      const history = JSON.stringify([moment(1), moment(2), moment(3)]);
      storage.kv.delete("layout");
      storage.sql.exec(
        `CREATE TABLE versions (version TEXT NOT NULL PRIMARY KEY, declared REAL, history TEXT NOT NULL,
          pending INTEGER NOT NULL) WITHOUT ROWID`,
      );
      for (const [version, pending] of [
        ["1.0.0", 0],
        ["2.0.0", 2],
        ["3.0.0", 9],
      ] as const) {
        storage.sql.exec("INSERT INTO versions VALUES (?, 0.7, ?, ?)", version, history, pending);
      }
      await restarted().report(OWNER, [{ ...reportOf(3), version: "1.0.0" }], NOW);
      const records = restarted().records(NOW);
      expect(records.map(({ version, history: kept }) => [version, kept.map(({ at }) => at)])).toEqual([
        ["1.0.0", [1, 2, 3, NOW]],
        ["2.0.0", [1]],
        ["3.0.0", []],
      ]);
      expect(sent.flat().map(({ node }) => node)).toEqual(["text_count@1.0.0"]);
      await restarted().alarm();
      expect(sent.flat().map(({ node }) => node)).toEqual(["1.0.0", "2.0.0", "3.0.0"].map((v) => `text_count@${v}`));
    }));

  it("does not forget what is to be written again over a report of another version", () =>
    inObject(
      "another-version",
      async ({ memory, storage, clock, sent }) => {
        await memory.report(OWNER, [reportOf(3)], NOW);
        clock.advance(10_000);
        await memory.report(OWNER, [{ ...reportOf(3), version: "2.0.0" }], clock.now());
        expect(sent.flat().map(({ node }) => node)).toEqual(["text_count@2.0.0"]);
        expect(await storage.getAlarm()).toBe(NOW + 30_000);
        clock.advance(20_000);
        await memory.alarm();
        expect(sent.flat().map(({ node }) => node)).toEqual(["text_count@2.0.0", "text_count@1.0.0"]);
      },
      (scores) => failing(scores, failFirst("put")),
    ));

  it("writes its totals, and what moved, and nothing else", () =>
    inObject("rows", async ({ memory, storage }) => {
      await memory.report(OWNER, [reportOf(3)], NOW);
      const rowsOf = async (report: () => Promise<void>): Promise<number> => {
        let rows = 0;
        const exec = storage.sql.exec.bind(storage.sql);
        const setAlarm = storage.setAlarm.bind(storage);
        storage.sql.exec = (query, ...bindings) => {
          const cursor = exec(query, ...bindings);
          if (!query.startsWith("SELECT")) rows += cursor.rowsWritten;
          return cursor as never;
        };
        storage.setAlarm = (at) => {
          rows += 1;
          return setAlarm(at);
        };
        await report();
        storage.sql.exec = exec;
        storage.setAlarm = setAlarm;
        return rows;
      };
      expect(await rowsOf(() => memory.report(OWNER, [reportOf(6)], NOW))).toBe(2);
      expect(await rowsOf(() => memory.report(OWNER, [reportOf(6)], NOW))).toBe(0);
      await memory.report(OWNER, [reportOf(10_000)], NOW);
      expect(await rowsOf(() => memory.report(OWNER, [reportOf(10_001)], NOW))).toBe(1);
    }));

  it("keeps its alarm armed while the registry is down", () =>
    inObject(
      "alarm-fails",
      async ({ memory, storage, clock }) => {
        await memory.report(OWNER, [reportOf(3)], NOW);
        for (let n = 0; n < 5; n++) {
          clock.advance(30_000);
          await memory.alarm();
          expect(await storage.getAlarm()).toBe(clock.now() + 30_000);
        }
      },
      (scores) => failing(scores, () => "before"),
    ));

  it("never lets an older score overtake a newer one", async () => {
    const arrived: number[] = [];
    const gate = Promise.withResolvers<void>();
    let calls = 0;
    await inObject(
      "overtaking",
      async ({ memory, storage }) => {
        const slow = memory.report(OWNER, [reportOf(1)], NOW);
        const quick = memory.report(OWNER, [reportOf(9)], NOW);
        while (memory.read("1.0.0", null, NOW).samples < 9) await storage.getAlarm();
        gate.resolve();
        await Promise.all([slow, quick]);
        expect(arrived.at(-1)).toBe(9);
      },
      () => ({
        put: async (_tenant, scores) => {
          // The first write hangs until the second report is stored.
          if (++calls === 1) await gate.promise;
          for (const { score } of scores) arrived.push(score.samples);
        },
      }),
    );
  });

  it("follows a score back to its prior, then rests", () =>
    inObject("decay", async ({ memory, storage, clock, sent }) => {
      await memory.report(OWNER, [reportOf(50, 0)], NOW);
      let alarms = 0;
      for (let due = await storage.getAlarm(); due !== null; due = await storage.getAlarm()) {
        clock.set(due);
        await memory.alarm();
        expect(++alarms).toBeLessThan(500);
      }
      const scores = sent.flat().map(({ score }) => score.score);
      expect(scores[0]).toBeLessThan(0.1);
      expect(Math.abs((scores.at(-1) ?? 0) - 0.5)).toBeLessThan(0.01);
      expect([...scores].sort((a, b) => a - b)).toEqual(scores);
    }));

  it("notes a new prior without a move of its own", () =>
    inObject("prior", async ({ memory }) => {
      await memory.report(OWNER, [reportOf(3)], NOW);
      await memory.report(OWNER, [{ ...reportOf(3), declared: 0.1 }], NOW);
      expect(memory.records(NOW)[0]?.score).toEqual(scoreOf(totalsAfter(3), { declared: 0.1, now: NOW }));
    }));

  it("has no one to write for before its first report", () =>
    inObject("silent", async ({ memory, storage, sent }) => {
      await memory.alarm();
      expect(sent).toEqual([]);
      expect(await storage.getAlarm()).toBeNull();
    }));
});
