import { decodeRun } from "../../../src/core/run/codec/codec.ts";
import { TERMINAL_RUN, type RunState } from "../../../src/core/run/model/state.ts";
import type { BlobStore } from "../../../src/spi/blob-store.ts";
import type { Erasure } from "../../../src/core/retention/erasure.ts";
import type { Page, PageRequest } from "../../../src/core/search/position.ts";
import type { RunQuery } from "../../../src/core/search/run-query.ts";
import type { RunIndex, RunSummary } from "../../../src/spi/run-index.ts";
import type { Findings } from "./findings.ts";

/** The run index, checked on the way in: at no moment may a row point at what is not there. */
export class WatchedIndex implements RunIndex {
  /** The run ids that have a row. */
  readonly rows = new Map<string, { readonly tenant: string }>();
  readonly #index: RunIndex;
  readonly #blobs: BlobStore;
  readonly #findings: Findings;

  constructor(index: RunIndex, blobs: BlobStore, findings: Findings) {
    this.#index = index;
    this.#blobs = blobs;
    this.#findings = findings;
  }

  async put(rows: readonly RunSummary[]): Promise<readonly Erasure[]> {
    for (const row of rows) {
      this.rows.set(row.runId, { tenant: row.tenant });
      if (row.archive) await this.#record(row);
    }
    return this.#index.put(rows);
  }

  get(tenant: string, runId: string): Promise<RunSummary | null> {
    return this.#index.get(tenant, runId);
  }

  settled(runs: Parameters<RunIndex["settled"]>[0]): ReturnType<RunIndex["settled"]> {
    return this.#index.settled(runs);
  }

  search(tenant: string, query: RunQuery, page: PageRequest): Promise<Page<RunSummary>> {
    return this.#index.search(tenant, query, page);
  }

  /** Every indexed run from its archived record. */
  async archived(): Promise<ReadonlyMap<string, RunState>> {
    const runs = new Map<string, RunState>();
    for (const [runId, { tenant }] of this.rows) {
      const row = await this.#index.get(tenant, runId);
      const state = row && (await this.#record(row));
      if (state) runs.set(runId, state);
    }
    return runs;
  }

  async #record(row: RunSummary): Promise<RunState | null> {
    const { archive, runId, status } = row;
    const text = archive && (await this.#blobs.get(archive.key, { offset: archive.offset, length: archive.length }));
    const state = readable(text);
    if (state?.header.id === runId && state.header.status === status && TERMINAL_RUN.has(status)) return state;
    this.#findings.add("placed", `the row of run ${runId} points at ${archive ? archive.key : "nothing"}`);
    return null;
  }
}

function readable(text: string | null): RunState | null {
  try {
    return text === null ? null : decodeRun(text);
  } catch {
    return null;
  }
}
