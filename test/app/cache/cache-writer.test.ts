import { describe, expect, it } from "vitest";
import type { CacheCount, CacheEntry } from "../../../src/core/cache/entry.ts";
import type { RunState, StepOutcome } from "../../../src/core/run/model/state.ts";
import type { StoredValue } from "../../../src/core/run/model/value.ts";
import { textHash } from "../../../src/core/run/model/hash.ts";
import { CacheWriter } from "../../../src/app/cache/cache-writer.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { memoryBlobStore } from "../../../src/infra/memory/blob-store.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { memoryResultCache } from "../../../src/infra/memory/result-cache.ts";
import type { ResultCache } from "../../../src/spi/result-cache.ts";
import { sketchPlan } from "../../support/plans.ts";
import { DrivenRun, success } from "../../support/runs.ts";
import { CacheReader } from "../../../src/app/cache/cache-reader.ts";

const SIGNATURE = "5".repeat(64);

/** An ended run of one cached step with this outcome. */
function ended(id: string, changes: Partial<Extract<StepOutcome, { ok: true }>> = {}): RunState {
  const plan = sketchPlan([{ id: "a" }]);
  const run = new DrivenRun({ ...plan, steps: plan.steps.map((step) => ({ ...step, cacheTtlMs: 1_000 })) });
  run.send({ type: "start" });
  const outcome = { ...success("a"), signature: SIGNATURE, ...changes } as StepOutcome;
  run.send({ type: "answer", segment: "a", token: "a.1", results: [{ step: "a", outcome }] });
  return { ...run.state, header: { ...run.state.header, id } };
}

function world(changes: Partial<ResultCache> = {}) {
  const puts: { readonly entries: readonly CacheEntry[]; readonly counts: readonly CacheCount[] }[] = [];
  const memory = memoryResultCache();
  const results: ResultCache = {
    ...memory,
    put: (entries, counts) => {
      puts.push({ entries, counts });
      return memory.put(entries, counts);
    },
    ...changes,
  };
  const blobs = memoryBlobStore();
  const clock = fixedClock(500);
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
  return {
    writer: new CacheWriter({ results, cache: new CacheReader(results, clock, log), blobs, clock, log }),
    puts,
    blobs,
    warnings,
  };
}

describe("what is written into the cache when runs are archived", () => {
  it("is one entry a signature and batch, the newest, and one count a node version", async () => {
    const { writer, puts } = world();
    writer.note("1", ended("r00_1", { startedAt: 10 }));
    writer.note("2", ended("r00_2", { startedAt: 30 }));
    writer.note("3", ended("r00_3", { startedAt: 20 }));
    const hit = { signature: SIGNATURE, runId: "r00_0", madeAt: 0 };
    for (const name of ["4", "5"]) writer.note(name, ended(name, { cached: true, hit }));
    await writer.write(new Set());
    expect(puts).toMatchObject([
      {
        entries: [{ runId: "r00_2", signature: SIGNATURE, madeAt: 30, expiresAt: 1_030 }],
        counts: [{ node: "a", version: "1.0.0", stored: 1, hits: 2 }],
      },
    ]);
  });

  it("is nothing of what was archived before", async () => {
    const { writer, puts } = world();
    writer.note("1", ended("r00_1"));
    await writer.write(new Set(["1"]));
    expect(puts).toEqual([]);
  });

  it("is no result that is over already, came with events, or was made without a signature", async () => {
    const { writer, puts } = world();
    writer.note("1", ended("r00_1", { startedAt: -500 }));
    writer.note("2", ended("r00_2", { events: [{ sent: true }] }));
    const { signature: _, ...unsigned } = success("a") as Extract<StepOutcome, { ok: true }>;
    const run = ended("r00_3");
    const segments = [...run.segments.values()].map((segment) => ({
      ...segment,
      steps: segment.steps.map((step) => ({ ...step, outcome: unsigned })),
    }));
    writer.note("3", { ...run, segments: new Map(segments.map((segment) => [segment.id, segment])) });
    await writer.write(new Set());
    expect(puts).toEqual([]);
  });

  it("leaves out a result whose large value cannot be copied, and no other", async () => {
    const { writer, puts, blobs } = world();
    const text = JSON.stringify("x".repeat(70_000));
    const ref = (key: string): StoredValue => ({ ref: { key, sha256: textHash(text), bytes: text.length } });
    await blobs.put("values/good", text);
    await blobs.put("values/altered", '"y"');
    for (const name of ["good", "altered", "missing"]) {
      writer.note(name, ended(name, { signature: textHash(name), outputs: { "a.out": ref(`values/${name}`) } }));
    }
    await writer.write(new Set());
    expect(puts.flatMap(({ entries }) => entries.map(({ runId }) => runId))).toEqual(["good"]);
    const [copy = ""] = await blobs.list("cache/");
    expect(await blobs.get(copy)).toBe(text);
  });

  it("is written in parts when it is much, and counted once", async () => {
    const { writer, puts } = world();
    for (let n = 0; n < 50; n++) {
      const outputs = { "a.out": { v: "x".repeat(60_000) } };
      writer.note(String(n), ended(`r00_${n}`, { signature: textHash(String(n)), outputs }));
    }
    await writer.write(new Set());
    expect(puts.length).toBe(2);
    expect(puts.flatMap(({ entries }) => entries)).toHaveLength(50);
    expect(puts.flatMap(({ counts }) => counts)).toMatchObject([{ stored: 50, hits: 0 }]);
  });

  it("is too much when it does not fit a row", async () => {
    const { writer, puts } = world();
    const outputs = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`a.${n}`, { v: "x".repeat(60_000) }]));
    writer.note("1", ended("r00_1", { outputs }));
    await writer.write(new Set());
    expect(puts.flatMap(({ entries }) => entries)).toEqual([]);
  });

  it("fails without failing the archive", async () => {
    const { writer, warnings } = world({ put: () => Promise.reject(new Error("down")) });
    writer.note("1", ended("r00_1"));
    await writer.write(new Set());
    expect(warnings).toHaveLength(1);
  });
});
