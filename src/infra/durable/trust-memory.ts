import { faultOf } from "../../core/errors.ts";
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
 * The memory of one node name: the newest totals of every source, per version. Each score that moved is noted and
 * written through to the registry; what could not be written stays pending and the alarm repeats it, so a report is safe
 * once it is answered.
 */
export class TrustMemory {
  readonly #storage: DurableObjectStorage;
  readonly #tables: TrustTables;
  readonly #ports: TrustMemoryPorts;
  #writing: Promise<boolean> = Promise.resolve(true);

  constructor(storage: DurableObjectStorage, ports: TrustMemoryPorts) {
    this.#storage = storage;
    this.#tables = new TrustTables(storage.sql);
    this.#ports = ports;
  }

  /** @param now milliseconds since the epoch; scores are taken at this time */
  async report(owner: TrustOwner, reports: readonly VersionReport[], now: number): Promise<void> {
    const armedFor = await this.#storage.getAlarm();
    const pending = this.#storage.transactionSync(() => {
      this.#tables.claim(owner);
      const touched = new Map(reports.map(({ version, declared }) => [version, declared]));
      for (const { version, source, totals } of reports) this.#keep(version, source, totals);
      return this.#noteScores(touched, now);
    });
    if (!pending) {
      if (armedFor === null) await this.#arm(REFRESH_MS);
      return;
    }
    // Not awaited before the write: alarm and mutation are stored in the same turn, both or neither.
    const armed = this.#arm(RETRY_MS);
    if (await this.#writeThrough()) await this.#arm(REFRESH_MS);
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

  /** Follows the decay and repeats what is pending. */
  async alarm(): Promise<void> {
    await this.#arm(RETRY_MS);
    const now = this.#ports.clock.now();
    this.#storage.transactionSync(() => {
      this.#noteScores(new Map(this.#tables.versions().map(({ version, declared }) => [version, declared])), now);
    });
    if (!(await this.#writeThrough())) return;
    const alive = this.records(now).some(({ score }) => score.confidence >= FORGOTTEN);
    await (alive ? this.#arm(REFRESH_MS) : this.#storage.deleteAlarm());
  }

  #keep(version: string, source: string, totals: TrustTotals): void {
    const known = this.#tables.source(version, source);
    const newest = newerTotals(known, totals);
    if (newest !== known) this.#tables.keep(version, source, newest);
  }

  /** Notes the scores that moved; true when the registry lacks some. */
  #noteScores(declaredBy: ReadonlyMap<string, number | null>, now: number): boolean {
    const known = new Map(this.#tables.versions().map((note) => [note.version, note]));
    for (const [version, declared] of declaredBy) {
      const before: VersionNote = known.get(version) ?? { version, declared, history: [], pending: 0 };
      const history = noteScore(before.history, scoreOf(this.#tables.merged(version), { declared, now }), now);
      if (history === before.history && declared === before.declared) continue;
      const pending = history === before.history ? before.pending : before.pending + 1;
      const after = { version, declared, history, pending };
      this.#tables.note(after);
      known.set(version, after);
    }
    return [...known.values()].some(({ pending }) => pending > 0);
  }

  /** One at a time, so that an older score never overtakes a newer one. False when the registry did not answer. */
  #writeThrough(): Promise<boolean> {
    this.#writing = this.#writing.then(() => this.#writePending());
    return this.#writing;
  }

  async #writePending(): Promise<boolean> {
    const owner = this.#tables.owner();
    const pending = this.#tables.versions().filter((note) => note.pending > 0);
    if (!owner || pending.length === 0) return true;
    try {
      await this.#ports.scores.put(
        owner.tenant,
        pending.flatMap((note) => scoredOf(owner, note)),
      );
    } catch (thrown) {
      this.#ports.log.warn("trust scores did not reach the registry; they are written again", {
        correlation_id: `trust-${owner.tenant}-${owner.name}`,
        code: faultOf(thrown).code,
      });
      return false;
    }
    for (const note of pending) this.#tables.settle(note);
    return true;
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
