import { isMetadataFile } from "../../core/metadata/dialect.ts";
import type { Profile } from "../../core/metadata/profile.ts";
import type { ClaimedIdentity } from "../../core/scan/judge-text.ts";
import type { FileVerdict } from "../../core/scan/verdict.ts";
import { judgeFile, type FileToJudge } from "./judge-file.ts";

/** One judged file as it travels between threads and waits in the spool: text, because text is cheap to pass and keep. */
export interface ScanLine {
  /** JSON of a ScanEntry. */
  readonly json: string;
  /** What no two files may share: its uuid in lower case, and for a node its name and version. */
  readonly claims: readonly string[];
}

export interface ScanEntry {
  readonly verdict: FileVerdict;
  readonly identity: ClaimedIdentity | null;
}

/** Judges a file into a line. */
export function scanLine(file: FileToJudge, profiles: readonly Profile[]): ScanLine {
  const { verdict, identity } = judgeFile(file, profiles);
  const claims = claimsOf(file.path, identity);
  const unique: ScanEntry = { identity, verdict: claims.length === 0 ? verdict : { ...verdict, duplicates: "unique" } };
  return { json: JSON.stringify(unique), claims };
}

/** A line for a file that was judged without being read. */
export const lineOf = (verdict: FileVerdict): ScanLine => ({
  json: JSON.stringify({ verdict, identity: null } satisfies ScanEntry),
  claims: [],
});

function claimsOf(path: string, identity: ClaimedIdentity | null): readonly string[] {
  if (identity === null) return [];
  const { uuid, name, version } = identity.fields;
  const claims: string[] = [];
  if (typeof uuid === "string" && uuid !== "") claims.push(uuid.toLowerCase());
  if (isMetadataFile(path) && typeof name === "string" && typeof version === "string")
    claims.push(`${name}@${version}`);
  return claims;
}
