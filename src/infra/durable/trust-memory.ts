import { faultOf, type Fault } from "../../core/errors.ts";
import { nodeRef } from "../../core/registry/node.ts";
import { noteScore, type ScoredNode, type TrustRecord } from "../../core/trust/history.ts";
import { scoreOf, type TrustScore } from "../../core/trust/score.ts";
import { newerTotals, type TrustTotals } from "../../core/trust/totals.ts";
import type { Clock } from "../../spi/clock.ts";
import type { Log } from "../../spi/log.ts";
import { TrustTables, type TrustOwner, type VersionNote } from "./trust-tables.ts";

/** What a source has counted of one version, from its beginning. */
export interface VersionReport {
  readonly version: string;
  readonly source: string;
  readonly totals: TrustTotals;
  readonly declared: number | null;
}

export interface TrustMemoryPorts {
  /** Where the planner finds the scores. */
  readonly scores: { put(tenant: string, scores: readonly ScoredNode[]): Promise<void> };
  readonly clock: Clock;
  readonly log: Log;
}

/** How soon a score that did not reach the registry is written again. */
const RETRY_MS = 30_000;
/** How often scores are followed while they decay, so that a node nobody uses any more gets back to its prior. */
const REFRESH_MS = 12 * 60 * 60 * 1000;
/** Below this confidence nothing is left to decay. */
const FORGOTTEN = 0.01;

/**
 * The memory of one node name: the newest totals of every source, per version. A score is noted when the registry has got
 * it, so whatever differs from its last note is still to be written: a report is safe once it is answered, because the
 * alarm looks for what has moved. A report that moves nothing writes its totals and nothing else.
 */
export class TrustMemory {
  readonly #storage: DurableObjectStorage;
  readonly #tables: TrustTables;
  readonly #ports: TrustMemoryPorts;
  #writing: Promise<boolean> = Promise.resolve(true);

  constructor(storage: DurableObjectStorage, ports: TrustMemoryPorts) {
    this.#storage = storage;
    this.#tables = new TrustTables(storage);
    this.#ports = ports;
  }

  /** @param now milliseconds since the epoch; scores are taken at this time */
  async report(owner: TrustOwner, reports: readonly VersionReport[], now: number): Promise<void> {
    const armedFor = await this.#storage.getAlarm();
    this.#storage.transactionSync(() => {
      this.#tables.claim(owner);
      for (const { version, source, totals, declared } of reports) {
        this.#keep(version, source, totals);
        this.#declare(version, declared);
      }
    });
    // Not awaited before the write: alarm and mutation are stored in the same turn, both or neither.
    const armed = armedFor === null ? this.#arm(REFRESH_MS) : null;
    const written = await this.#writeThrough(new Set(reports.map(({ version }) => version)), now);
    if (!written) await this.#arm(RETRY_MS);
    await armed;
  }

  read(version: string, declared: number | null, now: number): TrustScore {
    return scoreOf(this.#tables.merged(version), { declared, now });
  }

  /** What is known of every version, for a person to look at. */
  records(now: number): readonly TrustRecord[] {
    return this.#tables.versions().map(({ version, declared, history }) => {
      const totals = this.#tables.merged(version);
      const { successes, failures } = totals;
      return { version, score: scoreOf(totals, { declared, now }), successes, failures, history };
    });
  }

  /** Follows the decay and repeats what did not reach the registry. */
  async alarm(): Promise<void> {
    await this.#arm(RETRY_MS);
    const now = this.#ports.clock.now();
    if (!(await this.#writeThrough(null, now))) return;
    const alive = this.records(now).some(({ score }) => score.confidence >= FORGOTTEN);
    await (alive ? this.#arm(REFRESH_MS) : this.#storage.deleteAlarm());
  }

  #keep(version: string, source: string, totals: TrustTotals): void {
    const known = this.#tables.source(version, source);
    const newest = newerTotals(known, totals);
    if (newest !== known) this.#tables.keep(version, source, newest);
  }

  #declare(version: string, declared: number | null): void {
    const known = this.#tables.version(version);
    if (!known || known.declared !== declared) this.#tables.declare(version, declared);
  }

  /** The notes that are due: of the named versions, or of all, those whose score has moved. */
  #moved(versions: ReadonlySet<string> | null, now: number): readonly VersionNote[] {
    return this.#tables.versions().flatMap((note) => {
      const { version, declared } = note;
      if (versions !== null && !versions.has(version)) return [];
      const history = noteScore(note.history, scoreOf(this.#tables.merged(version), { declared, now }), now);
      return history === note.history ? [] : { ...note, history };
    });
  }

  /** One at a time, so that an older score never overtakes a newer one. False when the registry did not answer. */
  #writeThrough(versions: ReadonlySet<string> | null, now: number): Promise<boolean> {
    const turn = this.#writing.then(() => this.#writeMoved(versions, now));
    // A turn that breaks is the business of who asked for it, not of everybody after it.
    this.#writing = turn.catch(() => false);
    return turn;
  }

  async #writeMoved(versions: ReadonlySet<string> | null, now: number): Promise<boolean> {
    const owner = this.#tables.owner();
    const moved = this.#moved(versions, now);
    if (!owner || moved.length === 0) return true;
    for (const { version, unread } of moved) if (unread) this.#warnOf(owner, version, unread);
    try {
      await this.#ports.scores.put(
        owner.tenant,
        moved.flatMap((note) => scoredOf(owner, note)),
      );
    } catch (thrown) {
      this.#ports.log.warn("trust scores did not reach the registry; they are written again", {
        correlation_id: `trust-${owner.tenant}-${owner.name}`,
        code: faultOf(thrown).code,
      });
      return false;
    }
    this.#storage.transactionSync(() => {
      for (const { version, history, unread } of moved) if (!unread) this.#tables.note(version, history);
    });
    return true;
  }

  #warnOf({ tenant, name }: TrustOwner, version: string, { code, message }: Fault): void {
    this.#ports.log.warn("a history of trust cannot be read; it stays as it is, and scores come from the totals", {
      correlation_id: `trust-${tenant}-${name}`,
      version,
      code,
      reason: message,
    });
  }

  #arm(inMs: number): Promise<void> {
    return this.#storage.setAlarm(this.#ports.clock.now() + inMs);
  }
}

function scoredOf({ name }: TrustOwner, { version, history }: VersionNote): ScoredNode[] {
  const last = history.at(-1);
  if (!last) return [];
  const { at, ...score } = last;
  return [{ node: nodeRef({ name, version }), score, at }];
}
