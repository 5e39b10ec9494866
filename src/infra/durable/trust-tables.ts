import type { ScoreMoment } from "../../core/trust/history.ts";
import { emptyTotals, mergeTotals, type TrustTotals } from "../../core/trust/totals.ts";

/** What is kept of one version beside its sources' totals. */
export interface VersionNote {
  readonly version: string;
  readonly declared: number | null;
  readonly history: readonly ScoreMoment[];
  /** Counts the notes that the registry has not got yet; 0 when it has them all. */
  readonly pending: number;
}

/** Whose trust an object remembers. */
export interface TrustOwner {
  readonly tenant: string;
  readonly name: string;
}

type TotalsRow = Record<keyof TrustTotals, string | number> & { version: string };

const SCHEMA = `
CREATE TABLE IF NOT EXISTS owner (tenant TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (tenant, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS totals (
  version TEXT NOT NULL, source TEXT NOT NULL, sx TEXT NOT NULL, sw TEXT NOT NULL,
  samples INTEGER NOT NULL, successes INTEGER NOT NULL, failures INTEGER NOT NULL,
  PRIMARY KEY (version, source)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (
  version TEXT NOT NULL PRIMARY KEY, declared REAL, history TEXT NOT NULL, pending INTEGER NOT NULL) WITHOUT ROWID;`;

/** The tables of a trust memory. All without rowid: a row written is one row billed. */
export class TrustTables {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(SCHEMA);
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
    const rows = this.#sql.exec<{ version: string; declared: number | null; history: string; pending: number }>(
      "SELECT version, declared, history, pending FROM versions ORDER BY version",
    );
    return rows.toArray().map((row) => ({ ...row, history: JSON.parse(row.history) as ScoreMoment[] }));
  }

  note({ version, declared, history, pending }: VersionNote): void {
    const statement = "INSERT OR REPLACE INTO versions (version, declared, history, pending) VALUES (?, ?, ?, ?)";
    this.#sql.exec(statement, version, declared, JSON.stringify(history), pending);
  }

  /** Unless the version was noted again since it was read. */
  settle({ version, pending }: VersionNote): void {
    this.#sql.exec("UPDATE versions SET pending = 0 WHERE version = ? AND pending = ?", version, pending);
  }
}

const totalsOf = (row: TotalsRow): TrustTotals => ({
  sx: String(row.sx),
  sw: String(row.sw),
  samples: Number(row.samples),
  successes: Number(row.successes),
  failures: Number(row.failures),
});
