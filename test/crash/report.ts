import type { CrashReport } from "./crash.ts";
import { PROMISES, type Promised } from "./findings.ts";

/** Findings shown of one promise. */
const SHOWN = 12;

/** What came of it, in lines; the last one sums up. */
export function reportOf(
  report: CrashReport,
  { runs, kills }: { readonly runs: number; readonly kills: number },
): readonly string[] {
  const { told, effects, findings, archived, repeated, strays, wornOut } = report;
  const lines: string[] = [];
  for (const [kind, list] of Map.groupBy(told, ({ story }) => story.kind)) {
    const ended = list.filter(({ story, result }) => result?.run_status === story.ends).length;
    lines.push(`${kind.padEnd(10)} ${ended} of ${list.length} ${list[0]?.story.ends ?? ""}`);
  }
  lines.push(
    `${archived} runs archived, ${repeated} attempts repeated, ${effects.deliveries} deliveries of ${effects.steps} effects, ` +
      `${strays} archive objects left by kills and collected`,
  );
  if (wornOut > 0) lines.push(`${wornOut} runs were killed so often in a row that their rings gave them up`);
  for (const [promise, list] of Map.groupBy(findings.list, (finding) => finding.promise)) {
    lines.push(`broken: ${PROMISES[promise]} (${list.length} times)`);
    lines.push(...list.slice(0, SHOWN).map(({ what }) => `  ${what}`));
    if (list.length > SHOWN) lines.push(`  and ${list.length - SHOWN} more`);
  }
  const completed = told.filter(({ result }) => result !== null).length;
  const orphans = findings.list.filter(({ promise }) => ORPHANS.has(promise)).length;
  lines.push(
    `runs ${runs} · kills ${kills} · completed ${completed} · effects ${effects.steps} · orphans ${orphans} · ` +
      `violations ${findings.list.length}`,
  );
  return lines;
}

/** Promises about what may be left lying about. */
const ORPHANS: ReadonlySet<Promised> = new Set(["archive", "values", "rings", "gone"]);
