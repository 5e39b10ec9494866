import { decodeRun } from "../../core/run/codec.ts";
import { ringOf } from "../../core/run/run-id.ts";
import type { RunId, RunState } from "../../core/run/state.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import type { RunIndex } from "../../spi/run-index.ts";

export interface RunReaderPorts {
  readonly coordinator: RunCoordinator;
  readonly index: RunIndex;
  readonly blobs: BlobStore;
}

/** Finds a run wherever it is: in its ring while it lives there, in the archive afterwards. */
export class RunReader {
  readonly #ports: RunReaderPorts;

  constructor(ports: RunReaderPorts) {
    this.#ports = ports;
  }

  /** Null when no such run exists for the tenant. */
  read(tenant: string, id: RunId): Promise<RunState | null> {
    return this.wait(tenant, id, 0);
  }

  /** As read, but holds until the run has ended, at most `timeoutMs`. */
  async wait(tenant: string, id: RunId, timeoutMs: number): Promise<RunState | null> {
    if (ringOf(id) === null) return null;
    const { coordinator } = this.#ports;
    const live = timeoutMs > 0 ? await coordinator.wait(id, timeoutMs) : await coordinator.read(id);
    const record = live ?? (await this.#archived(tenant, id));
    if (record === null) return null;
    const state = decodeRun(record);
    return state.header.tenant === tenant ? state : null;
  }

  async #archived(tenant: string, id: RunId): Promise<string | null> {
    const place = (await this.#ports.index.get(tenant, id))?.archive;
    return place ? this.#ports.blobs.get(place.key, { offset: place.offset, length: place.length }) : null;
  }
}
