import type { Fault } from "../../core/errors.ts";
import { STORED_FORMS } from "../../core/stored/forms.ts";
import { readFitting } from "../../core/stored/stored-form.ts";
import type { ScoreMoment } from "../../core/trust/history.ts";
import { emptyTotals, mergeTotals, type TrustTotals } from "../../core/trust/totals.ts";
import { migrate, type Migration } from "./migrations.ts";

/** What is kept of one version beside its sources' totals. */
export interface VersionNote {
  readonly version: string;
  readonly declared: number | null;
  /** Scores the registry has got, the newest last. */
  readonly history: readonly ScoreMoment[];
  /** Why the history that is stored cannot be read: it stays as it is, and only the totals count. */
  readonly unread?: Fault;
}

/** Whose trust an object remembers. */
export interface TrustOwner {
  readonly tenant: string;
  readonly name: string;
}

type NoteRow = { version: string; declared: number | null; history: string };
type TotalsRow = Record<keyof TrustTotals, string | number> & { version: string };

const EARLIER = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'versions'";
/** Its rows counted how many of their last moments the registry had not got yet: those are to be written again. */
const TAKE_OVER = `
INSERT OR IGNORE INTO notes (version, declared, history)
  SELECT version, declared, (SELECT json_group_array(json(value)) FROM json_each(history)
    WHERE key < json_array_length(history) - pending) FROM versions;
DROP TABLE versions;`;

/** The layouts a memory's tables have had. Those of before layouts were numbered may have any of these tables. */
const MIGRATIONS: readonly Migration[] = [
  (sql) =>
    void sql.exec(`
CREATE TABLE IF NOT EXISTS owner (tenant TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (tenant, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS totals (
  version TEXT NOT NULL, source TEXT NOT NULL, sx TEXT NOT NULL, sw TEXT NOT NULL,
  samples INTEGER NOT NULL, successes INTEGER NOT NULL, failures INTEGER NOT NULL,
  PRIMARY KEY (version, source)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notes (
  version TEXT NOT NULL PRIMARY KEY, declared REAL, history TEXT NOT NULL) WITHOUT ROWID;`),
  (sql) => void (sql.exec(EARLIER).toArray().length > 0 && sql.exec(TAKE_OVER)),
];

/** The tables of a trust memory. All without rowid: a row written is one row billed. */
export class TrustTables {
  readonly #sql: SqlStorage;

  /** Throws RECORD_NEWER for tables that only later code knows. */
  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    migrate(storage, "a trust memory", MIGRATIONS);
  }

  /** Whose memory this is; null before the first report. */
  owner(): TrustOwner | null {
    return this.#sql.exec<{ tenant: string; name: string }>("SELECT tenant, name FROM owner").toArray()[0] ?? null;
  }

  claim({ tenant, name }: TrustOwner): void {
    if (this.owner() === null) this.#sql.exec("INSERT INTO owner (tenant, name) VALUES (?, ?)", tenant, name);
  }

  source(version: string, source: string): TrustTotals | undefined {
    const query = "SELECT * FROM totals WHERE version = ? AND source = ?";
    return this.#sql.exec<TotalsRow>(query, version, source).toArray().map(totalsOf)[0];
  }

  keep(version: string, source: string, { sx, sw, samples, successes, failures }: TrustTotals): void {
    const statement =
      "INSERT OR REPLACE INTO totals (version, source, sx, sw, samples, successes, failures) VALUES (?, ?, ?, ?, ?, ?, ?)";
    this.#sql.exec(statement, version, source, sx, sw, samples, successes, failures);
  }

  /** All sources of a version together. */
  merged(version: string): TrustTotals {
    const rows = this.#sql.exec<TotalsRow>("SELECT * FROM totals WHERE version = ?", version);
    let totals = emptyTotals();
    for (const row of rows) totals = mergeTotals(totals, totalsOf(row));
    return totals;
  }

  /** Every version something was reported of, sorted as text. */
  versions(): readonly VersionNote[] {
    return this.#sql
      .exec<NoteRow>("SELECT version, declared, history FROM notes ORDER BY version")
      .toArray()
      .map(noteOf);
  }

  version(version: string): VersionNote | undefined {
    const query = "SELECT version, declared, history FROM notes WHERE version = ?";
    return this.#sql.exec<NoteRow>(query, version).toArray().map(noteOf)[0];
  }

  declare(version: string, declared: number | null): void {
    const statement =
      "INSERT INTO notes (version, declared, history) VALUES (?, ?, '[]') ON CONFLICT DO UPDATE SET declared = excluded.declared";
    this.#sql.exec(statement, version, declared);
  }

  /** Of a version that was declared. */
  note(version: string, history: readonly ScoreMoment[]): void {
    this.#sql.exec("UPDATE notes SET history = ? WHERE version = ?", JSON.stringify(history), version);
  }
}

function noteOf({ history, ...row }: NoteRow): VersionNote {
  const form = STORED_FORMS["trust history"];
  const read = readFitting<readonly ScoreMoment[]>(form, history, (stored) => stored.every(isMoment));
  return read.ok ? { ...row, history: read.value } : { ...row, history: [], unread: read.error };
}

const isMoment = ({ at, score, confidence, samples }: ScoreMoment): boolean =>
  [at, score, confidence, samples].every(Number.isFinite);

const totalsOf = (row: TotalsRow): TrustTotals => ({
  sx: String(row.sx),
  sw: String(row.sw),
  samples: Number(row.samples),
  successes: Number(row.successes),
  failures: Number(row.failures),
});
