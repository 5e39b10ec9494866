import { decodeRun } from "../../core/run/codec/codec.ts";
import { ringOf } from "../../core/run/model/run-id.ts";
import type { RunId, RunState } from "../../core/run/model/state.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import { readArchived, type RunArchivePorts } from "../archive/run-archive.ts";

export interface RunReaderPorts extends RunArchivePorts {
  readonly coordinator: RunCoordinator;
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
    const record = live ?? (await readArchived(tenant, id, this.#ports));
    if (record === null) return null;
    const state = decodeRun(record);
    return state.header.tenant === tenant ? state : null;
  }
}
