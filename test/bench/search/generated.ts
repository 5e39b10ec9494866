import { randomUUID } from "node:crypto";
import type { Miniflare } from "miniflare";
import { ArchiveIndex } from "../../../src/app/archive/archive-index.ts";
import { layOut } from "../../../src/core/archive/layout.ts";
import { archiveKey } from "../../../src/core/retention/keys.ts";
import { encodeRun } from "../../../src/core/run/codec/codec.ts";
import { runId } from "../../../src/core/run/model/run-id.ts";
import { summaryOf, type RunSummary } from "../../../src/core/run/model/summary.ts";
import { timedUuid } from "../../../src/core/search/told-time.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { systemIds } from "../../../src/infra/system/clock.ts";
import { sketchPlan } from "../../support/plans.ts";
import { beginRun } from "../../support/runs.ts";
import { openAdapters } from "./adapters.js";

const RUNS_IN_OBJECT = 500;
/** A hundred runs a second. */
const BETWEEN_MS = 10;
/** So many rings are archived at the same time: their objects overlap in time. */
const ABREAST = 4;

/** An archive that was generated: when its first run was created, and ids of some of its runs. */
export interface Generated {
  readonly from: number;
  readonly sample: readonly string[];
}

/** Fills the archive as its consumer does, through the same index and layout: objects in R2, rows in D1. */
export async function generate(mf: Miniflare, count: number, log: (line: string) => void): Promise<Generated> {
  const adapters = await openAdapters(mf);
  const { blobs } = adapters;
  const index = new ArchiveIndex({ ...adapters, log: silentLog });
  const from = Math.floor(Date.now() / 60_000) * 60_000 - count * BETWEEN_MS - 60_000;
  const sample: string[] = [];
  const begun = beginRun(sketchPlan([]), from);
  const block = RUNS_IN_OBJECT * ABREAST;
  for (let first = 0; first < count; first += block) {
    const objects = Array.from({ length: ABREAST }, (_, ring) => {
      const numbers = Array.from({ length: RUNS_IN_OBJECT }, (_one, n) => first + n * ABREAST + ring);
      return numbers.map((n) => {
        const at = from + n * BETWEEN_MS;
        const id = runId(ring, systemIds.ulid(at));
        if (n % 10_007 === 0) sample.push(id);
        const header = { ...begun.header, ...{ tenant: "default", id, createdAt: at, finishedAt: at + 8 } };
        const tags = n % 5 === 0 ? ["nightly"] : [];
        const state = { ...begun, header: { ...header, tags, correlationId: timedUuid(at, randomUUID()) } };
        return { bytes: new TextEncoder().encode(`${encodeRun(state)}\n`), summary: dressed(summaryOf(state), n) };
      });
    });
    await Promise.all(
      objects.map(async (lines) => {
        const now = from + (first + block) * BETWEEN_MS;
        const key = archiveKey(now, systemIds.ulid(now));
        const { body, rows, parts } = layOut(key, lines);
        await blobs.put(key, body);
        await index.put(rows, parts);
      }),
    );
    if ((first / block) % 50 === 0) log(`${first + block} of ${count} runs`);
  }
  return { from, sample };
}

/** Nodes and failures as a busy deployment has them: one node everywhere, a rare one, one run in a thousand failed. */
function dressed(run: RunSummary, n: number): RunSummary {
  const nodes = ["common@1.0.0", ...(n % 3 === 0 ? ["third@1.0.0"] : []), ...(n % 20_011 === 0 ? ["rare@1.0.0"] : [])];
  if (n % 1_000 !== 7) return { ...run, nodes };
  return { ...run, nodes, status: "failed", faultCode: "TIMEOUT_ERROR", faultMessage: "it did not end in time" };
}
