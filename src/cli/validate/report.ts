import type { FailureKind } from "../../core/scan/fail-on.ts";
import type { ScanSummary } from "../../core/scan/summary.ts";
import type { FileVerdict, Finding } from "../../core/scan/verdict.ts";
import type { Paint } from "../paint.ts";
import { plural } from "../plural.ts";
import { oneLine } from "../printer.ts";

/** One file's findings for a person; empty when there is nothing to say of it. */
export function fileReport(
  verdict: FileVerdict,
  failures: readonly FailureKind[],
  verbose: boolean,
  paint: Paint,
): string {
  const findings = [
    ...verdict.errors.map((found) => line(found, paint("red", "error"), paint)),
    ...(verbose ? verdict.warnings.map((found) => line(found, paint("yellow", "warning"), paint)) : []),
  ];
  // A failing hash verdict that no finding explains: absent, unverifiable.
  const bare =
    findings.length === 0 ? failures.map((kind) => `  ${paint("red", "error")}  ${SAYS[kind] ?? kind}\n`) : [];
  if (findings.length + bare.length === 0) return "";
  return `${paint("underline", oneLine(verdict.path))}\n${[...findings, ...bare].join("")}\n`;
}

const SAYS: Partial<Record<FailureKind, string>> = {
  absent: "there is no metadata",
  unverifiable: "no rule can confirm the hash",
  placeholder: "the hash is a placeholder",
  schema: "invalid under a chosen profile; see the warnings with --verbose",
  warning: "there are warnings; see them with --verbose",
};

function line({ code, line: number, message, hint }: Finding, severity: string, paint: Paint): string {
  const place = number === null ? "" : `${number}`;
  return `  ${place.padStart(4)}  ${severity}  ${code}  ${oneLine(message)}\n        ${paint("dim", oneLine(hint))}\n`;
}

/** The scan in a few lines. */
export function summaryReport(summary: ScanSummary, paint: Paint): string {
  const stamped = Object.entries(summary.by_dialect).filter(([dialect]) => dialect !== "null");
  const verdict =
    summary.failed === 0
      ? paint("green", "no findings")
      : `${paint("red", `findings in ${plural(summary.failed, "file")}`)} (${plural(summary.errors, "error")})`;
  return [
    plural(summary.files, "file"),
    counted("hash", Object.entries(summary.by_hash)),
    counted("dialect", stamped),
    `${verdict}${summary.warnings === 0 ? "" : `, ${plural(summary.warnings, "warning")}`}\n`,
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** `  hash     7 verified, 3 mismatch`; empty when there is nothing to count. */
function counted(title: string, counts: readonly (readonly [string, number])[]): string {
  const given = counts.filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`);
  return given.length === 0 ? "" : `  ${title.padEnd(8)} ${given.join(", ")}`;
}
