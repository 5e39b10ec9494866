import { decodeRun } from "../../../src/core/run/codec/codec.ts";
import { TERMINAL_RUN, type RunState } from "../../../src/core/run/model/state.ts";
import { ArchiveIndex } from "../../../src/app/archive/archive-index.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import type { BlobStore } from "../../../src/spi/blob-store.ts";
import type { RunParts } from "../../../src/spi/books/run-parts.ts";
import type { RunIndex, RunSummary } from "../../../src/spi/run-index.ts";
import type { Findings } from "./findings.ts";

/** The books of the archive, checked on the way in: at no moment may a row point at what is not there. */
export class WatchedIndex {
  /** The run ids that have a row, or a place in a part. */
  readonly rows = new Map<string, { readonly tenant: string }>();
  /** What is to be used instead of the parts. */
  readonly parts: RunParts;
  readonly #index: ArchiveIndex;
  readonly #blobs: BlobStore;
  readonly #findings: Findings;

  constructor(books: { readonly index: RunIndex; readonly parts: RunParts }, blobs: BlobStore, findings: Findings) {
    this.#index = new ArchiveIndex({ ...books, blobs, log: silentLog });
    this.#blobs = blobs;
    this.#findings = findings;
    this.parts = {
      ...books.parts,
      store: async (what) => {
        for (const row of [...what.rows, ...what.packed]) {
          this.rows.set(row.runId, { tenant: row.tenant });
          if (row.archive) await this.#record(row);
        }
        return books.parts.store(what);
      },
    };
  }

  get(tenant: string, runId: string): Promise<RunSummary | null> {
    return this.#index.get(tenant, runId);
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
