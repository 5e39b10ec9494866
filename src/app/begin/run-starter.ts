import type { Fault } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { decodeRun, encodeRun } from "../runs/run-codec.ts";
import type { LeaseSettings } from "../../core/run/model/event.ts";
import { triggerOf } from "../../core/run/model/origin.ts";
import { TERMINAL_RUN, type RunState } from "../../core/run/model/state.ts";
import { partingOf } from "../../core/run/reduce/departure.ts";
import type { Ids } from "../../spi/clock.ts";
import type { Receipt, RunCoordinator, Submission } from "../../spi/run-coordinator.ts";
import { announceEnd, type AnnouncePorts } from "../archive/announce-end.ts";
import type { CpuAllowance } from "../execute/cpu-allowance.ts";
import { deletedKey } from "../runs/run-faults.ts";
import type { RunReader } from "../runs/run-reader.ts";
import { identify, type Identity, type Repeatable } from "./identity.ts";
import { runInline, type InlinePorts } from "./run-inline.ts";

export interface StarterPorts extends InlinePorts {
  readonly coordinator: RunCoordinator;
  readonly runs: RunReader;
  readonly ids: Ids;
  /** Keeps work alive after the answer. */
  readonly background: (work: Promise<unknown>) => void;
  /** Where the ends of runs are announced that something follows. */
  readonly triggerBus: AnnouncePorts["triggerBus"];
}

export interface StarterSettings {
  /** How many rings there are, 1 to 256. */
  readonly rings: number;
  readonly leases: LeaseSettings;
}

/** A run somebody wants, and what sets an envelope, a rerun and a file apart. */
export interface Wanted<P> {
  readonly identity: Identity;
  /** What is to be done, and from which values. Writes nothing. */
  readonly plan: () => Result<P, Fault> | Promise<Result<P, Fault>>;
  /** The run before anything has happened to it here. May store its large values. */
  readonly begin: (planned: P) => Result<RunState, Fault> | Promise<Result<RunState, Fault>>;
  /** With which the gateway executes what is pure before it places the run; null where it executes nothing. */
  readonly inline: CpuAllowance | null;
  /** It comes back from a file: it is told by the moment of its creation, and may return where its ring saw it leave. */
  readonly restored?: true;
  /** The refusal when another request has the id. */
  readonly taken: Fault;
}

/**
 * The one way in which runs begin: identify, plan, begin, place. Refusals happen before anything is placed. A request that
 * is repeated finds the run of the first, wherever that is by now.
 */
export class RunStarter {
  readonly #ports: StarterPorts;
  readonly #settings: StarterSettings;

  constructor(ports: StarterPorts, settings: StarterSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  identify(tenant: string, request: Repeatable): Identity {
    return identify(tenant, request, this.#ports, this.#settings.rings);
  }

  /**
   * Answers the run as it stands then: begun, ended, or the one that an earlier request began.
   *
   * @param waitMs holds the answer until the run ends, at most this long; 0 answers at once
   */
  async start<P>(tenant: string, wanted: Wanted<P>, waitMs = 0): Promise<Result<RunState, Fault>> {
    const { identity, restored } = wanted;
    const repeated = (): Promise<Result<RunState, Fault> | null> => this.#repeated(tenant, wanted, waitMs);
    const known = restored ? await repeated() : null;
    if (known) return known;
    const planned = await wanted.plan();
    if (!planned.ok) return (identity.idempotencyKey === null ? null : await repeated()) ?? planned;
    const begun = await wanted.begin(planned.value);
    if (!begun.ok) return begun;
    const state = wanted.inline
      ? await runInline(begun.value, this.#ports, this.#settings.leases, wanted.inline)
      : begun.value;
    const finished = TERMINAL_RUN.has(state.header.status);
    const receipt = await this.#place(tenant, identity, {
      runId: identity.id,
      requestHash: identity.requestHash,
      keyed: identity.idempotencyKey !== null,
      finished: finished ? partingOf(state) : null,
      ...(restored ? { restored } : {}),
      record: encodeRun(state),
      waitMs,
    });
    if (receipt.kind === "conflict") return err(wanted.taken);
    if (receipt.kind === "duplicate")
      return (await repeated()) ?? (restored ? ok(state) : err(deletedKey(identity.idempotencyKey ?? "", identity.id)));
    if (!finished) return ok(receipt.record === null ? state : decodeRun(receipt.record));
    // Who starts a run for a trigger does what follows right away.
    if (!triggerOf(state.header)) this.#ports.background(announceEnd(state.header, this.#ports));
    return ok(state);
  }

  /** The run that an earlier request began, or the refusal that it was another request; null when there is none. */
  async #repeated<P>(
    tenant: string,
    { identity, restored, taken }: Wanted<P>,
    waitMs: number,
  ): Promise<Result<RunState, Fault> | null> {
    const state = await this.#ports.runs.wait(tenant, identity.id, waitMs);
    if (!state) return null;
    const { createdAt, requestHash } = state.header;
    // A key that is used again after a day begins another run under the same id.
    const isSame = restored ? createdAt === identity.createdAt : requestHash === identity.requestHash;
    return isSame ? ok(state) : err(taken);
  }

  /**
   * Hands the run to its ring. A call that broke while it waited may have placed the run all the same; one that was created
   * at another moment is an earlier run under the same key, which may be about to be forgotten.
   */
  async #place(tenant: string, { createdAt }: Identity, submission: Submission): Promise<Receipt> {
    const { coordinator, runs } = this.#ports;
    try {
      return await coordinator.submit(submission);
    } catch (thrown) {
      const placed = submission.finished ? null : await runs.wait(tenant, submission.runId, submission.waitMs ?? 0);
      const isSame = placed?.header.requestHash === submission.requestHash && placed.header.createdAt === createdAt;
      if (!placed || !isSame) throw thrown;
      return { kind: "accepted", record: encodeRun(placed) };
    }
  }
}
