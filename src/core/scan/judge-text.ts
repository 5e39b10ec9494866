import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { isMetadataFile } from "../metadata/dialect.ts";
import { isLifecycle } from "../metadata/lifecycle.ts";
import type { MetadataProblem } from "../metadata/problem.ts";
import { hasErrors, problem } from "../metadata/problem.ts";
import type { Profile } from "../metadata/profile.ts";
import { validateMetadata } from "../metadata/profile.ts";
import { readBlock } from "../metadata/read.ts";
import type { BlockReading, HashVerdict } from "../metadata/reading.ts";
import { readYaml } from "../metadata/yaml.ts";
import { admissionProblems } from "./admission.ts";
import { contentKind } from "./document-kind.ts";
import { documentProblems } from "./document-shape.ts";
import type { ScanWorld } from "./references.ts";
import { brokenReferences, hasReferences } from "./references.ts";
import type { FileVerdict, SchemaVerdict } from "./verdict.ts";
import { emptyVerdict, withProblems } from "./verdict.ts";

/** What is judged, and by what. */
export interface TextOptions {
  /** As it is printed; its name also tells what kind of file it is. */
  readonly path: string;
  /** The profiles metadata is judged by; at least one. */
  readonly profiles: readonly Profile[];
  /** A file that must carry metadata: without any it gets MD001. Metadata files always must. */
  readonly required?: boolean;
  /** The files around this one; without it references are not looked at. */
  readonly world?: ScanWorld;
}

/** What a file claims to be; null when its metadata does not say. */
export interface ClaimedIdentity {
  readonly fields: JsonObject;
  readonly fieldLines: Readonly<Record<string, number>>;
}

/** A text's verdict and what it claims to be. */
export interface JudgedText {
  readonly verdict: FileVerdict;
  readonly identity: ClaimedIdentity | null;
}

/** Judges a text: its metadata, its references, and the document it is where that has a schema. Total and linear. */
export function judgeText(text: string, options: TextOptions): JudgedText {
  const reading = readBlock(text, options);
  const source = reading.lines === null ? text : reading.body;
  const kind = contentKind(options.path, source);
  const carriers = [reading];
  if (kind === "onex_node") {
    const document = nodeDocument(source, options.path);
    if (reading.lines !== null) carriers.push(shifted(document, reading.lines.close));
    else if (Object.keys(reading.fields).length === 0) carriers[0] = document;
  }
  const metadata = judgeMetadata(carriers, options);
  const main = carriers[0] as BlockReading;
  let verdict = withProblems(
    {
      ...emptyVerdict(options.path, options.profiles),
      dialect: main.dialect,
      hash: main.hash,
      schema: metadata.schema,
      lifecycle: lifecycleOf(main),
    },
    metadata.problems,
  );
  if (kind !== null && kind !== "onex_node") {
    const found = documentProblems(kind, source).map((one) => moved(one, reading.lines?.close ?? 0));
    const shape: SchemaVerdict = hasErrors(found) ? "invalid" : "valid";
    verdict = withProblems({ ...verdict, schema: { ...verdict.schema, [kind]: shape } }, found);
  }
  if (options.world !== undefined && hasReferences(main.fields, options.path)) {
    const broken = brokenReferences(main, options.path, options.world);
    verdict = withProblems({ ...verdict, references: broken.length > 0 ? "broken" : "ok" }, broken);
  }
  if (options.world !== undefined) {
    const refused = admissionProblems(text, main, options.path, options.world, verdict.errors);
    if (refused.length > 0) verdict = withProblems(verdict, refused);
  }
  return { verdict, identity: identityOf(main) };
}

interface MetadataJudgement {
  readonly schema: FileVerdict["schema"];
  readonly problems: readonly MetadataProblem[];
}

/** Metadata is judged once a profile; a file may carry it twice, as a block and as the document below the block. */
function judgeMetadata(carriers: readonly BlockReading[], options: TextOptions): MetadataJudgement {
  const stamped = carriers.filter((one) => one.lines !== null || Object.keys(one.fields).length > 0);
  const problems = carriers.flatMap((one) => one.errors.map((found) => strictness(found, one)));
  if (stamped.length === 0) {
    if (problems.length === 0 && (options.required === true || isMetadataFile(options.path))) {
      problems.push(problem("MD001", "there is no metadata block", "stamp the file with `onex stamp`", { line: 1 }));
    }
    return { schema: emptyVerdict(options.path, options.profiles).schema, problems };
  }
  const schema: Record<string, SchemaVerdict> = {};
  const found = new Map<string, MetadataProblem>();
  for (const profile of options.profiles) {
    const all = stamped.flatMap((one) =>
      validateMetadata(one.fields, profile, one.fieldLines).map((each) => aside(each, profile, one, options.profiles)),
    );
    // What an aside says is still what the profile thinks.
    schema[profile] = all.some(({ isError }) => isError) ? "invalid" : "valid";
    for (const { told } of all) {
      const key = `${told.code} ${told.line} ${told.field}`;
      const known = found.get(key);
      if (known === undefined || known.severity === "warning") found.set(key, told);
    }
  }
  return { schema, problems: withoutRepeatedHash([...problems, ...found.values()]) };
}

/**
 * Where both profiles are asked, files of earlier dialects answer for the permissive one only: what the canonical
 * profile has against them is told as a warning.
 */
function aside(
  found: MetadataProblem,
  profile: Profile,
  reading: BlockReading,
  asked: readonly Profile[],
): { readonly told: MetadataProblem; readonly isError: boolean } {
  const isError = found.severity === "error";
  const spared = profile === "canonical" && asked.includes("permissive") && reading.dialect !== "ONEX";
  return { told: spared ? { ...found, severity: "warning" } : found, isError };
}

/** Only earlier stampers wrote zeros for a hash; in our dialect they are a hash somebody took out. */
const strictness = (found: MetadataProblem, { dialect, hash }: BlockReading): MetadataProblem =>
  dialect === "ONEX" && hash === "placeholder" && found.code === "MD003" ? { ...found, severity: "error" } : found;

/** A hash that is none is found by the reader and by each profile: the reader's word is enough. */
function withoutRepeatedHash(problems: readonly MetadataProblem[]): readonly MetadataProblem[] {
  const told = new Set(problems.filter((one) => one.code === "MD002" && one.field === "hash").map(({ line }) => line));
  return problems.filter((one) => one.code === "MD002" || one.field !== "hash" || !told.has(one.line));
}

function lifecycleOf({ fields }: BlockReading): FileVerdict["lifecycle"] {
  const declared = fields["lifecycle"] ?? null;
  if (declared === null) return "absent";
  return isLifecycle(declared) ? declared : "invalid";
}

function identityOf({ fields, fieldLines }: BlockReading): ClaimedIdentity | null {
  if (fields["uuid"] === undefined && fields["name"] === undefined) return null;
  const kept = (["uuid", "name", "version"] as const).filter((field) => typeof fields[field] === "string");
  if (kept.length === 0) return null;
  return {
    fields: Object.fromEntries(kept.map((field) => [field, fields[field] ?? null])),
    fieldLines: Object.fromEntries(Object.entries(fieldLines).filter(([field]) => kept.some((own) => own === field))),
  };
}

/** Files of any kind, of which the scan alone waits. */
const FILE_LIMITS = { maxTokens: 256 * 1024 };
const HEX = /^[0-9a-fA-F]{64}$/;

/** Metadata written as a YAML or JSON document: the fields are the document, and no rule can confirm their hash. */
function nodeDocument(source: string, path: string): BlockReading {
  if (!path.endsWith(".json")) return readBlock(source, { path: "node.onex.yaml" });
  const none = {
    dialect: null,
    body: "",
    lines: null,
    declaredHash: null,
    computedHash: null,
    fieldLines: {},
  } as const;
  const yaml = readYaml(source.charCodeAt(0) === 0xfeff ? source.slice(1) : source, FILE_LIMITS);
  if (!yaml.ok) {
    const fault = problem("SC001", yaml.error.message, "correct the syntax", { line: yaml.error.line });
    return { ...none, fields: {}, hash: "malformed", errors: [fault] };
  }
  const fields = isObject(yaml.value) ? yaml.value : {};
  return { ...none, fields, hash: documentHash(fields), errors: [], fieldLines: jsonLines(source) };
}

function documentHash(fields: JsonObject): HashVerdict {
  const declared = fields["hash"] ?? null;
  if (declared === null) return "absent";
  return typeof declared === "string" && HEX.test(declared) ? "unverifiable" : "malformed";
}

/** The line each member of a JSON document starts on, for documents written one member a line. */
function jsonLines(source: string): Record<string, number> {
  const lines: Record<string, number> = {};
  for (const [index, line] of source.split("\n").entries()) {
    const key = /^ {0,8}\t?"([A-Za-z_]+)"[ \t]*:/.exec(line)?.[1];
    if (key !== undefined) lines[key] ??= index + 1;
  }
  return lines;
}

const moved = (found: MetadataProblem, by: number): MetadataProblem =>
  found.line === null || by === 0 ? found : { ...found, line: found.line + by };

const shifted = (reading: BlockReading, by: number): BlockReading => ({
  ...reading,
  fieldLines: Object.fromEntries(Object.entries(reading.fieldLines).map(([field, line]) => [field, line + by])),
  errors: reading.errors.map((found) => moved(found, by)),
});
