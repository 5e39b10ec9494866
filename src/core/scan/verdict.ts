import type { Dialect } from "../metadata/dialect.ts";
import type { MetadataProblem } from "../metadata/problem.ts";
import type { Profile } from "../metadata/profile.ts";
import type { HashVerdict } from "../metadata/reading.ts";
import type { Lifecycle } from "../registry/node.ts";
import type { DocumentKind } from "./document-kind.ts";

/** `absent`: there is nothing a schema could be held against. */
export type SchemaVerdict = "valid" | "invalid" | "absent";

/** A finding as it is printed: what is wrong, where, and what to do about it. */
export interface Finding {
  readonly code: string;
  /** 1-based; null when the finding concerns no line. */
  readonly line: number | null;
  readonly message: string;
  readonly hint: string;
}

/** Everything a scan says of one file, verdict by verdict. The wire form of `onex validate --json`. */
export interface FileVerdict {
  /** As reached from the path that was given. */
  readonly path: string;
  readonly dialect: Dialect | null;
  readonly hash: HashVerdict;
  /**
   * One verdict a profile for the metadata, and one for the document itself where its kind has a schema:
   * `{"canonical": "valid", "permissive": "valid", "state_contract": "invalid"}`.
   */
  readonly schema: Readonly<Partial<Record<Profile | DocumentKind, SchemaVerdict>>>;
  /** The state, or that the declared one does not exist. */
  readonly lifecycle: Lifecycle | "invalid" | "absent";
  /** Whether what the metadata points at is there and has the hash it says. */
  readonly references: "ok" | "broken" | "absent";
  /** Whether another file of the scan claims the same identity. */
  readonly duplicates: "unique" | "shared" | "absent";
  /** For an index: whether it is true of its folder. */
  readonly tree: "in_sync" | "drift" | "absent";
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** A problem in its printed form: severity is told by the list it stands in. */
export const findingOf = ({ code, line, message, hint }: MetadataProblem): Finding => ({ code, line, message, hint });

/** The verdict on a file whose content says nothing: binary, unreadable, not a file. */
export const emptyVerdict = (path: string, profiles: readonly Profile[]): FileVerdict => ({
  path,
  dialect: null,
  hash: "absent",
  schema: Object.fromEntries(profiles.map((profile) => [profile, "absent" as const])),
  lifecycle: "absent",
  references: "absent",
  duplicates: "absent",
  tree: "absent",
  errors: [],
  warnings: [],
});

/** The same verdict with more problems, errors among the errors and warnings among the warnings. */
export function withProblems(verdict: FileVerdict, problems: readonly MetadataProblem[]): FileVerdict {
  const of = (severity: MetadataProblem["severity"]): Finding[] =>
    problems.filter((one) => one.severity === severity).map(findingOf);
  return {
    ...verdict,
    errors: byLine([...verdict.errors, ...of("error")]),
    warnings: byLine([...verdict.warnings, ...of("warning")]),
  };
}

const byLine = (findings: readonly Finding[]): readonly Finding[] =>
  findings.length < 2 ? findings : [...findings].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
