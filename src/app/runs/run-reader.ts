import { RuntimeHostError } from "../../core/errors.ts";
import { readRun } from "./run-codec.ts";
import { ringOf } from "../../core/run/model/run-id.ts";
import type { RunId, RunState } from "../../core/run/model/state.ts";
import { signalsOf } from "../../core/run/views/signals.ts";
import type { Log } from "../../spi/log.ts";
import type { RunRetention } from "../../spi/books/run-retention.ts";
import type { RunCoordinator, SignalPage } from "../../spi/run-coordinator.ts";
import type { ArchiveIndex } from "../archive/archive-index.ts";
import { readArchived, type RunArchivePorts } from "../archive/run-archive.ts";
import { toItsTenant } from "../quarantine/to-its-tenant.ts";

export interface RunReaderPorts extends RunArchivePorts {
  readonly coordinator: RunCoordinator;
  readonly index: Pick<ArchiveIndex, "places" | "get">;
  readonly retention: Pick<RunRetention, "tenants">;
  readonly log: Log;
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

  /** The run's signals after a number, from its ring as soon as there is one, held at most `timeoutMs`; or from the archive. */
  async watch(tenant: string, id: RunId, after: number, timeoutMs: number): Promise<SignalPage | null> {
    if (ringOf(id) === null) return null;
    const { coordinator } = this.#ports;
    const live = await this.asked(tenant, id, () => coordinator.watch(tenant, id, after, timeoutMs));
    if (live) return live;
    const record = await readArchived(tenant, id, this.#ports);
    const state = record === null ? null : this.#archived(id, record);
    return isRun(state, tenant, id) ? { events: signalsOf(state, after), finished: true } : null;
  }

  /** As read, but holds until the run has ended, at most `timeoutMs`. */
  async wait(tenant: string, id: RunId, timeoutMs: number): Promise<RunState | null> {
    if (ringOf(id) === null) return null;
    const { coordinator } = this.#ports;
    const live = await this.asked(tenant, id, async () => {
      const record = timeoutMs > 0 ? await coordinator.wait(id, timeoutMs) : await coordinator.read(id);
      return record === null ? null : decodeHeld(id, record, coordinator);
    });
    const record = live ? null : await readArchived(tenant, id, this.#ports);
    const state = live ?? (record === null ? null : this.#archived(id, record));
    return isRun(state, tenant, id) ? state : null;
  }

  /** What is answered about a run that may be in quarantine: null to whoever's it is not. */
  asked<T>(tenant: string, id: RunId, ask: () => Promise<T>): Promise<T | null> {
    return toItsTenant(tenant, id, this.#ports, ask);
  }

  /** The run of an archive line. Throws RECORD_NEWER and RECORD_UNREADABLE: the lines beside it are read as ever. */
  #archived(id: RunId, line: string): RunState {
    const read = readRun(line);
    if (read.ok) return read.value;
    const { code, message } = read.error;
    const fields = { correlation_id: id, run_id: id, code, reason: message };
    this.#ports.log.error("an archived run cannot be read; it stays as it is stored", fields);
    throw new RuntimeHostError({ hint: "delete the run, and import it again where it was exported", ...read.error });
  }
}

/** The archive finds records by a part of their run's id: it may have been another's. */
const isRun = (state: RunState | null, tenant: string, id: RunId): state is RunState =>
  state?.header.tenant === tenant && state.header.id === id;

/**
 * A run as its ring has handed it out. Rings hand out what they have stored without reading it: one that cannot be read
 * is found here, and its ring sets it aside when it is asked to look itself. RUN_QUARANTINED then.
 */
export async function decodeHeld(
  id: RunId,
  record: string,
  coordinator: Pick<RunCoordinator, "wait">,
): Promise<RunState> {
  const read = readRun(record);
  if (read.ok) return read.value;
  await coordinator.wait(id, 0);
  throw new RuntimeHostError(read.error);
}
