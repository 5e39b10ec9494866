import { describe, expect, it } from "vitest";
import { FAILURE_KINDS, failuresOf, type FailureKind, parseFailOn } from "../../../src/core/scan/fail-on.ts";
import { emptyVerdict, type FileVerdict } from "../../../src/core/scan/verdict.ts";

const clean: FileVerdict = { ...emptyVerdict("a.md", ["permissive"]), hash: "verified" };
const finding = { code: "X", line: null, message: "m", hint: "h" };

/** One verdict a kind that shows nothing but it. */
const SHOWS: Readonly<Record<FailureKind, Partial<FileVerdict>>> = {
  error: { errors: [finding] },
  warning: { warnings: [finding] },
  mismatch: { hash: "mismatch" },
  malformed: { hash: "malformed" },
  placeholder: { hash: "placeholder" },
  absent: { hash: "absent" },
  unverifiable: { hash: "unverifiable" },
  schema: { schema: { permissive: "invalid" } },
  lifecycle: { lifecycle: "invalid" },
  references: { references: "broken" },
  duplicates: { duplicates: "shared" },
  tree: { tree: "drift" },
};

describe("what fails a scan", () => {
  const kinds = Object.keys(FAILURE_KINDS) as FailureKind[];

  it.each(kinds)("%s is shown by its verdict alone", (kind) => {
    expect(failuresOf({ ...clean, ...SHOWS[kind] }, [kind])).toEqual([kind]);
    expect(failuresOf(clean, [kind])).toEqual([]);
  });

  it("is a list of known names, each once", () => {
    expect(parseFailOn(" mismatch, absent,mismatch ")).toEqual({ ok: true, value: ["mismatch", "absent"] });
    expect(parseFailOn("none")).toEqual({ ok: true, value: [] });
    for (const text of ["", ",", "none,mismatch", "everything", "constructor"])
      expect(parseFailOn(text).ok).toBe(false);
  });
});
