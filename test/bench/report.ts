import { table } from "../support/table.ts";

/** One figure of a benchmark. `floor` is the same figure of the hand-written equivalent, `ratio` is value over floor. */
export interface BenchRow {
  readonly case: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly floor?: number;
  readonly ratio?: number;
}

/** A promise of the project about a figure, and whether this run kept it. */
export interface BenchTarget {
  readonly name: string;
  /** `≥ 0.4` */
  readonly target: string;
  readonly value: number;
  readonly met: boolean;
  /** Why it is known to be missed, from `reasons.json`. */
  readonly reason?: string;
}

/** What a benchmark found. The object printed by `--json`. */
export interface BenchReport {
  readonly bench: string;
  readonly rows: readonly BenchRow[];
  readonly targets: readonly BenchTarget[];
  /** How it was measured, a sentence each. */
  readonly notes?: readonly string[];
}

export interface BenchOptions {
  readonly json: boolean;
  /** Finds what is grossly off, in a minute or two; its figures are no measurement. */
  readonly quick?: boolean;
  /** The only shape of run to measure; null or absent for all. */
  readonly shape?: string | null;
  /** How often each case is measured; null leaves it to the benchmark. */
  readonly rounds: number | null;
  /** Tells how far it is. */
  readonly log: (line: string) => void;
}

/** What `test/bench/<name>/index.ts` exports as `run`. */
export type Bench = (options: BenchOptions) => Promise<BenchReport>;

/** The report as two aligned tables: figures, then targets. */
export function renderReport({ bench, rows, targets, notes = [] }: BenchReport): string {
  const figures = table(
    ["case", "metric", "value", "unit", "floor", "ratio"],
    rows.map((row) => [
      row.case,
      row.metric,
      figure(row.value),
      row.unit,
      row.floor === undefined ? "" : figure(row.floor),
      row.ratio === undefined ? "" : `${row.ratio.toFixed(2)}×`,
    ]),
    [2, 4, 5],
  );
  const promises = table(
    ["target", "wanted", "value", ""],
    targets.map((one) => [one.name, one.target, figure(one.value), standing(one)]),
    [2],
  );
  const reasons = targets.flatMap(({ name, met, reason }) =>
    reason === undefined ? [] : [met ? `${name} is met again: its reason may go` : `${name} is missed: ${reason}`],
  );
  return [
    `bench ${bench}`,
    "",
    ...figures,
    ...(targets.length > 0 ? ["", ...promises] : []),
    ...(reasons.length > 0 ? ["", ...reasons] : []),
    ...(notes.length > 0 ? ["", ...notes] : []),
  ].join("\n");
}

function standing({ met, reason }: BenchTarget): string {
  if (met) return "met";
  return reason === undefined ? "MISSED" : "missed, see below";
}

/** Three significant digits where there is a fraction worth showing. */
export const figure = (value: number): string =>
  Math.abs(value) >= 100 || Number.isInteger(value) ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
