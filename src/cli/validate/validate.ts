import type { Profile } from "../../core/metadata/profile.ts";
import type { FailureKind } from "../../core/scan/fail-on.ts";
import { failuresOf } from "../../core/scan/fail-on.ts";
import type { ScanSummary } from "../../core/scan/summary.ts";
import { EMPTY_SUMMARY, withFile } from "../../core/scan/summary.ts";
import type { FileVerdict } from "../../core/scan/verdict.ts";
import { withProblems } from "../../core/scan/verdict.ts";
import { requirementOf } from "../files/requirement.ts";
import { walk } from "../files/walk.ts";
import { progressOn } from "../progress.ts";
import type { Shell } from "../shell.ts";
import { scan } from "./scan.ts";
import type { ScanEntry } from "./scan-line.ts";
import { ClaimIndex, sharedIdentities } from "./shared-identities.ts";
import { openSpool, type Spool } from "./spool.ts";

export interface ValidateOptions {
  readonly paths: readonly string[];
  readonly profiles: readonly Profile[];
  readonly failOn: readonly FailureKind[];
  /** Patterns of files that must carry metadata, besides those `.onexrequire` names. */
  readonly required: readonly string[];
  /** Whether ignore files are obeyed. */
  readonly ignore: boolean;
}

/** Told of every file in order, once all of them are judged. */
export type OnFile = (verdict: FileVerdict, failures: readonly FailureKind[]) => Promise<void> | void;

/**
 * Judges every file at and below the paths. What one file claims is known of all before the first is told, because
 * identities are compared across the whole scan.
 */
export async function validate(shell: Shell, options: ValidateOptions, onFile: OnFile): Promise<ScanSummary> {
  const spool = openSpool();
  try {
    const claims = await judgeInto(spool, shell, options);
    const shared = sharedIdentities([...entriesOf(spool, claims.suspects)].map(([, entry]) => entry));
    let summary = EMPTY_SUMMARY;
    for (const [, { verdict: alone }] of entriesOf(spool)) {
      const problems = shared.get(alone.path);
      const verdict = problems === undefined ? alone : withProblems({ ...alone, duplicates: "shared" }, problems);
      const failures = failuresOf(verdict, options.failOn);
      summary = withFile(summary, verdict, failures.length > 0);
      await onFile(verdict, failures);
    }
    return summary;
  } finally {
    spool.close();
  }
}

async function judgeInto(spool: Spool, shell: Shell, options: ValidateOptions): Promise<ClaimIndex> {
  const { cwd } = shell;
  const mustCarry = requirementOf(options.paths, options.required, cwd);
  const found = walk(options.paths, { cwd, ignore: options.ignore });
  const claims = new ClaimIndex();
  const progress = progressOn(shell);
  let count = 0;
  try {
    for await (const line of scan(found, {
      profiles: options.profiles,
      isRequired: ({ absolute }) => mustCarry(absolute),
    })) {
      claims.note(count++, line);
      spool.append(line.json);
      progress.show(`${count} files`);
    }
  } finally {
    await progress.end();
  }
  return claims;
}

function* entriesOf(spool: Spool, wanted?: ReadonlySet<number>): Generator<readonly [number, ScanEntry]> {
  if (wanted?.size === 0) return;
  let number = 0;
  for (const line of spool.lines()) {
    if (wanted === undefined || wanted.has(number)) yield [number, JSON.parse(line) as ScanEntry];
    number++;
  }
}
