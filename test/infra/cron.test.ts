import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { afterEach, describe, expect, it, vi } from "vitest";
import { DAY_MS } from "../../src/core/retention/day.ts";
import { archiveKey, valueKey } from "../../src/core/retention/keys.ts";
import { encodeRun } from "../../src/core/run/codec/codec.ts";
import { summaryOf } from "../../src/core/run/model/summary.ts";
import { d1DeadLetterStore } from "../../src/infra/d1/dead-letter-store.ts";
import { d1RunParts } from "../../src/infra/d1/runs/run-parts.ts";
import { d1RunIndex } from "../../src/infra/d1/runs/run-index.ts";
import { d1RunRetention } from "../../src/infra/d1/runs/run-retention.ts";
import { d1ArchiveBook } from "../../src/infra/d1/runs/archive-book.ts";
import { r2BlobStore } from "../../src/infra/r2/blob-store.ts";
import worker from "../../workers/index.ts";
import { auditArchive, rowsOf } from "../support/archive-audit.ts";
import { sampleDeadLetter } from "../support/contracts/dead-letter-store.ts";
import { sketchPlan } from "../support/plans.ts";
import { beginRun } from "../support/runs.ts";

const db = drizzle(env.DB);
const archive = {
  index: d1RunIndex(db),
  parts: d1RunParts(db),
  archiveBook: d1ArchiveBook(db),
  blobs: r2BlobStore(env.BLOBS),
};
const START = Date.UTC(2026, 0, 1, 12);

/** What the platform does when it is time. */
const cron = (now: number, changes: Record<string, string> = {}): Promise<void> =>
  worker.scheduled(createScheduledController({ scheduledTime: now, cron: "*/5 * * * *" }), { ...env, ...changes });

/** An archived run, as the events consumer leaves it. */
async function archivedRun(n: number, at: number, values: readonly string[] = []): Promise<string> {
  const begun = beginRun(sketchPlan([]), at);
  const id = `r00_0000000000000000000000000${n}`;
  const state = { ...begun, header: { ...begun.header, id } };
  const record = encodeRun(state);
  const key = archiveKey(at, `01J${n}`);
  await archive.blobs.put(key, `${record}\n`);
  await archive.index.put([{ ...summaryOf(state, { key, offset: 0, length: record.length }), values }]);
  return id;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the scheduled handler", () => {
  it("deletes what is no longer kept, and only that", async () => {
    const value = valueKey("default", "0".repeat(64), START);
    await archive.blobs.put(value, "large");
    const old = await archivedRun(1, START, [value]);
    const young = await archivedRun(2, START + 10 * DAY_MS);
    const letter = sampleDeadLetter({ failedAt: START, payloadKey: "dead-letters/2026-01-01/default/m.json" });
    await archive.blobs.put(letter.payloadKey, "{}");
    await d1DeadLetterStore(db).record(letter);

    await cron(START + 30 * DAY_MS);
    expect((await rowsOf(archive)).map(({ runId }) => runId)).toEqual([young, old]);

    await cron(START + 31 * DAY_MS);
    expect((await rowsOf(archive)).map(({ runId }) => runId)).toEqual([young]);
    expect(await archive.blobs.list("dead-letters/")).toEqual([]);
    expect(await d1DeadLetterStore(db).get("default", letter.id)).toBeNull();
    expect(await archive.blobs.list("values/")).toEqual([value]);

    await cron(START + 33 * DAY_MS);
    expect(await archive.blobs.list("values/")).toEqual([]);
    expect(await auditArchive(archive)).toEqual([]);
  });

  it("collects what a consumer left behind, and blanks what a deletion could not", async () => {
    const now = START + 40 * DAY_MS;
    const [deleted, neighbour] = [await archivedRun(3, now), await archivedRun(4, now)];
    await archive.blobs.put(archiveKey(now, "01ORPHAN"), "half a batch\n");
    await d1RunRetention(db).delete("default", deleted, now);
    expect(await auditArchive(archive)).not.toEqual([]);
    await cron(now + 2 * DAY_MS);
    expect(await auditArchive(archive)).toEqual([]);
    expect((await rowsOf(archive)).map(({ runId }) => runId)).toContain(neighbour);
  });

  it("keeps everything, and says so, when it is not told how long", async () => {
    const id = await archivedRun(5, START);
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    await cron(START + 1_000 * DAY_MS, { RETENTION_DAYS: "soon" });
    expect((await rowsOf(archive)).map(({ runId }) => runId)).toContain(id);
    expect(log.mock.calls.flat().join("")).toContain("INVALID_CONFIGURATION");
    await cron(START + 1_000 * DAY_MS, { RETENTION_DAYS: "0" });
    expect((await rowsOf(archive)).map(({ runId }) => runId)).toContain(id);
  });

  it("reports what it did, and nothing when it did nothing", async () => {
    const log = vi.spyOn(console, "info").mockImplementation(() => undefined);
    // Every engine of these tests is a new one, and says what it has wired.
    const swept = (): unknown[] =>
      log.mock.calls
        .map(([line]) => JSON.parse(String(line)) as { readonly message: string })
        .filter(({ message }) => message === "swept");
    await cron(START + 2_000 * DAY_MS);
    expect(swept()).toMatchObject([{ done: { expired_runs: expect.any(Number) }, failed: [] }]);
    log.mockClear();
    await cron(START + 2_000 * DAY_MS);
    expect(swept()).toEqual([]);
  });
});
