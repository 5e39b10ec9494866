import type { Result } from "../result.ts";
import { err, ok } from "../result.ts";
import type { FileVerdict } from "./verdict.ts";

/** What may make a scan fail, with what each stands for. */
export const FAILURE_KINDS = {
  error: "any finding that is an error",
  warning: "any finding at all",
  mismatch: "a hash that is not that of the content",
  malformed: "a block that cannot be read, or a hash that is none",
  placeholder: "a hash of 64 zeros",
  absent: "no metadata",
  unverifiable: "a hash no rule can confirm",
  schema: "metadata or document invalid under a chosen schema",
  lifecycle: "a lifecycle that does not exist",
  references: "a reference that leads nowhere, or to other content",
  duplicates: "an identity another file claims too",
  tree: "an index that differs from its folder",
} as const;
/** A name of FAILURE_KINDS. */
export type FailureKind = keyof typeof FAILURE_KINDS;

/** What fails a scan unless told otherwise. A file without metadata is an error only where it must have some. */
export const DEFAULT_FAIL_ON: readonly FailureKind[] = ["error"];

/** Reads a list such as `mismatch,placeholder`; `none` lets every scan pass. The error is a sentence. */
export function parseFailOn(text: string): Result<readonly FailureKind[], string> {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.length === 1 && names[0] === "none") return ok([]);
  const unknown = names.filter((name) => !isKind(name));
  if (names.length === 0 || unknown.length > 0) {
    const said = unknown.length > 0 ? `${unknown.join(", ")} is nothing a scan can fail on` : "the list is empty";
    return err(`${said}; use none, or some of ${Object.keys(FAILURE_KINDS).join(", ")}`);
  }
  return ok([...new Set(names.filter(isKind))]);
}

const isKind = (name: string): name is FailureKind => Object.hasOwn(FAILURE_KINDS, name);

const HOLDS: Readonly<Record<FailureKind, (verdict: FileVerdict) => boolean>> = {
  error: ({ errors }) => errors.length > 0,
  warning: ({ errors, warnings }) => errors.length + warnings.length > 0,
  mismatch: ({ hash }) => hash === "mismatch",
  malformed: ({ hash }) => hash === "malformed",
  placeholder: ({ hash }) => hash === "placeholder",
  absent: ({ hash }) => hash === "absent",
  unverifiable: ({ hash }) => hash === "unverifiable",
  schema: ({ schema }) => Object.values(schema).includes("invalid"),
  lifecycle: ({ lifecycle }) => lifecycle === "invalid",
  references: ({ references }) => references === "broken",
  duplicates: ({ duplicates }) => duplicates === "shared",
  tree: ({ tree }) => tree === "drift",
};

/** The kinds of a list that a file shows; empty when it passes. */
export const failuresOf = (verdict: FileVerdict, failOn: readonly FailureKind[]): readonly FailureKind[] =>
  failOn.filter((kind) => HOLDS[kind](verdict));
