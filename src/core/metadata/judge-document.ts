import type { Dialect } from "./dialect.ts";
import { isLifecycle } from "./lifecycle.ts";
import type { MetadataProblem } from "./problem.ts";
import { hasErrors, problem } from "./problem.ts";
import type { Profile } from "./profile.ts";
import { validateMetadata } from "./profile.ts";
import { readBlock } from "./read.ts";
import type { BlockReading, HashVerdict, ReadHint } from "./reading.ts";
import type { ReferenceWorld } from "./references.ts";
import { referenceProblems } from "./references.ts";

type Verdict = "valid" | "invalid";

/** Everything that can be said of one document, each verdict by itself. */
export interface DocumentVerdict {
  readonly dialect: Dialect | null;
  readonly hash: HashVerdict;
  /** `absent` when there are no fields to judge. */
  readonly schema: Verdict | "absent";
  readonly lifecycle: Verdict | "absent";
  /** `unchecked` when nobody said which files exist. */
  readonly references: Verdict | "unchecked";
  readonly problems: readonly MetadataProblem[];
  readonly reading: BlockReading;
}

/** By what a document is judged. */
export interface JudgeOptions extends ReadHint {
  /** Default permissive: the profile every generation can satisfy. */
  readonly profile?: Profile;
  readonly world?: ReferenceWorld;
}

/** Judges a document's metadata; a document without any gets MD001 and nothing else. */
export function judgeDocument(text: string, options: JudgeOptions = {}): DocumentVerdict {
  const reading = readBlock(text, options);
  const base = { dialect: reading.dialect, hash: reading.hash, reading };
  const stamped = reading.lines !== null || Object.keys(reading.fields).length > 0;
  if (!stamped) {
    const missing = problem("MD001", "there is no metadata block", "stamp the file with `onex stamp`");
    // A state contract has a hash and no metadata of its own.
    const problems = reading.hash === "absent" ? [missing] : reading.errors;
    return { ...base, schema: "absent", lifecycle: "absent", references: "unchecked", problems };
  }
  const found = validateMetadata(reading.fields, options.profile ?? "permissive", reading.fieldLines);
  const ofLifecycle = found.filter((one) => one.code.startsWith("LC"));
  const ofSchema = found.filter((one) => !one.code.startsWith("LC"));
  const dangling =
    options.world === undefined ? [] : referenceProblems(reading.fields, options.world, reading.fieldLines);
  const lifecycle = reading.fields["lifecycle"] ?? null;
  return {
    ...base,
    schema: hasErrors(ofSchema) ? "invalid" : "valid",
    lifecycle: lifecycle === null ? "absent" : isLifecycle(lifecycle) && ofLifecycle.length === 0 ? "valid" : "invalid",
    references: options.world === undefined ? "unchecked" : dangling.length > 0 ? "invalid" : "valid",
    problems: merged([...reading.errors, ...found, ...dangling]),
  };
}

/** By line, without saying the same of one field twice: a malformed hash is found by the reader and by the profile. */
function merged(problems: readonly MetadataProblem[]): readonly MetadataProblem[] {
  const malformedHash = problems.some((one) => one.code === "MD002" && one.field === "hash");
  return problems
    .filter((one) => !(malformedHash && one.field === "hash" && one.code !== "MD002"))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}
