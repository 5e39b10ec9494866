import { readFileSync } from "node:fs";
import type { BenchReport, BenchTarget } from "./report.ts";

/** A target that is known to be missed, and why. */
export interface MissedReason {
  readonly bench: string;
  /** The target's name, as the report prints it. */
  readonly target: string;
  readonly reason: string;
}

/** The written reasons of this repository. */
export const REASONS = JSON.parse(
  readFileSync(new URL("./reasons.json", import.meta.url), "utf8"),
) as readonly MissedReason[];

/** The report with the reason written for each target that has one. */
export const withReasons = (report: BenchReport, reasons: readonly MissedReason[]): BenchReport => ({
  ...report,
  targets: report.targets.map((target) => {
    const known = reasons.find((one) => one.bench === report.bench && one.target === target.name);
    return known ? { ...target, reason: known.reason } : target;
  }),
});

/** Targets that are missed and for which nobody has written why. */
export const unexplained = ({ targets }: BenchReport): readonly BenchTarget[] =>
  targets.filter(({ met, reason }) => !met && reason === undefined);
