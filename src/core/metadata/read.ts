import type { JsonObject } from "../../../contracts/json/json.ts";
import { bareDocument } from "./bare.ts";
import { contractHash } from "./contract-hash.ts";
import type { Dialect } from "./dialect.ts";
import { EPOCH_TIMESTAMP, extensionOf, ZERO_HASH } from "./dialect.ts";
import type { Entries } from "./entries.ts";
import { readEntries } from "./entries.ts";
import type { FieldLines } from "./field-lines.ts";
import { fieldLines, valueToken } from "./field-lines.ts";
import type { HashedDialect, HashSource, TokenSpan } from "./hash-rules.ts";
import { candidateHashes } from "./hash-rules.ts";
import type { BlockSpan } from "./locate.ts";
import { locateBlock, secondBlock } from "./locate.ts";
import type { MetadataProblem } from "./problem.ts";
import { problem } from "./problem.ts";
import type { BlockReading, HashVerdict, ReadHint } from "./reading.ts";
import { MAX_TEXT_LENGTH } from "./reading.ts";

type HashFinding = Pick<BlockReading, "dialect" | "hash" | "declaredHash" | "computedHash">;

const HEX = /^[0-9a-fA-F]{64}$/;
const STAMP_HINT = "stamp the file again with `onex stamp`";

/**
 * Reads the metadata of any document: which dialect its block is written in, its fields, and what its hash is worth.
 * Total: any text gives a reading, in time linear in its length.
 */
export function readBlock(text: string, hint: ReadHint = {}): BlockReading {
  if (text.length > MAX_TEXT_LENGTH) {
    const message = `the text is longer than ${MAX_TEXT_LENGTH} characters`;
    return unreadable("", problem("MD002", message, "metadata is read from source texts only"));
  }
  const location = locateBlock(text);
  if (location.kind === "block") return readSpan(text, location.span);
  if (location.kind === "unclosed") {
    const message = `the metadata block is opened here and never closed`;
    const hintText = `add the closing delimiter === /${location.family}:Metadata === after the last field`;
    return unreadable(text, problem("MD002", message, hintText, { line: location.open.number }));
  }
  return readBare(text, hint);
}

function readSpan(text: string, span: BlockSpan): BlockReading {
  const source = fieldLines(text, span);
  const oldest = source.form === "comment-per-line" && span.bareClose;
  const entries = readEntries(source.lines, oldest ? "lines" : span.family === "ONEX" ? "strict" : "lenient");
  const problems = [...surroundings(text, span), ...source.problems, ...entries.problems];
  const finding = text.isWellFormed()
    ? hashFinding(text, span, source, entries)
    : { ...hashFinding(text, span, source, entries), hash: "malformed" as const, computedHash: null };
  return {
    ...finding,
    fields: entries.fields,
    body: text.slice(span.close.next),
    lines: { open: span.open.number, close: span.close.number },
    fieldLines: entries.lines,
    errors: [...problems, ...hashProblems(finding.hash, entries.lines)].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
  };
}

/** Findings about the text around the fields. */
function surroundings(text: string, span: BlockSpan): MetadataProblem[] {
  const found: MetadataProblem[] = [];
  const warn = (message: string, fix: string, line: number): void => {
    found.push(problem("MD002", message, fix, { line, severity: "warning" }));
  };
  if (text.charCodeAt(0) === 0xfeff) warn("the file starts with a byte order mark", "save it as UTF-8 without one", 1);
  const carriage = text.slice(span.open.start, span.close.next).indexOf("\r");
  if (carriage !== -1) warn("the block has CRLF line breaks", "save the block with LF line breaks", span.open.number);
  if (!text.isWellFormed()) {
    found.push(problem("MD002", "the text is not valid Unicode", "save the file as UTF-8", { line: span.open.number }));
  }
  const second = secondBlock(text, span);
  if (second !== null) {
    found.push(
      problem("MD002", "a second metadata block follows the first", "remove one of the two", { line: second.number }),
    );
  }
  return found;
}

function hashFinding(text: string, span: BlockSpan, source: FieldLines, entries: Entries): HashFinding {
  const token = valueToken(source.lines, "hash");
  const lastModified = valueToken(source.lines, "last_modified_at");
  const order = dialectsToTry(text, span, source, entries, lastModified);
  const likely = order[0] ?? "G3";
  const verdict = (hash: HashVerdict, declaredHash: string | null): HashFinding => {
    return { dialect: likely, hash, declaredHash, computedHash: null };
  };
  if (!("hash" in entries.fields)) return verdict("absent", null);
  const declared = token === null ? "" : unquoted(text.slice(token.start, token.end));
  if (token === null || !HEX.test(declared)) return verdict("malformed", declared === "" ? null : declared);
  if (declared === ZERO_HASH) {
    const stampedWithoutTime = span.family === "OmniNode" && entries.fields["last_modified_at"] === EPOCH_TIMESTAMP;
    return { ...verdict("placeholder", declared), dialect: stampedWithoutTime ? "G3" : likely };
  }
  if (likely === "G3") return verdict("unverifiable", declared);
  return compare(order, { text, span, hash: token, lastModified }, declared, likely);
}

function compare(order: readonly HashedDialect[], source: HashSource, declared: string, likely: Dialect): HashFinding {
  let computed: string | null = null;
  for (const dialect of order) {
    for (const candidate of candidateHashes(dialect, source)) {
      if (candidate === declared) return { dialect, hash: "verified", declaredHash: declared, computedHash: candidate };
      computed ??= candidate;
    }
  }
  return { dialect: likely, hash: "mismatch", declaredHash: declared, computedHash: computed };
}

/**
 * The dialects whose rule may have made the hash, most likely first; none for G3. Form and key order tell most of them
 * apart. Comment-prefixed blocks of the two oldest look alike, except that the oldest gave the uuid before the name.
 */
function dialectsToTry(
  text: string,
  span: BlockSpan,
  source: FieldLines,
  entries: Entries,
  lastModified: TokenSpan | null,
): readonly HashedDialect[] {
  if (span.family === "ONEX") return ["ONEX"];
  if (source.documentMarkers) return [];
  if (source.form === "comment-per-line") return ["G0", "G1"];
  const quoted = lastModified !== null && /["']/.test(text[lastModified.start] ?? "");
  if (isSorted(entries.order)) return quoted ? ["G2"] : ["G2", "G1"];
  if (quoted) return ["G1", "G2"];
  if (span.style === "markup") return ["G1"];
  const uuid = entries.order.indexOf("uuid");
  const name = entries.order.indexOf("name");
  return uuid !== -1 && uuid < name ? ["G0", "G1"] : ["G1", "G0"];
}

const isSorted = (keys: readonly string[]): boolean => keys.every((key, i) => (keys[i - 1] ?? "") <= key);

function unquoted(token: string): string {
  const quote = token[0];
  return token.length >= 2 && (quote === "'" || quote === '"') && token.endsWith(quote) ? token.slice(1, -1) : token;
}

function hashProblems(verdict: HashVerdict, lines: Readonly<Record<string, number>>): MetadataProblem[] {
  const place = { line: lines["hash"] ?? null, field: "hash" };
  switch (verdict) {
    case "mismatch":
      return [
        problem("MD003", "the hash is not that of this content: it was edited after it was stamped", STAMP_HINT, place),
      ];
    case "malformed":
      return [problem("MD002", "the hash is not 64 hexadecimal digits", STAMP_HINT, place)];
    case "placeholder":
      return [problem("MD003", "the hash is a placeholder of zeros", STAMP_HINT, { ...place, severity: "warning" })];
    default:
      return [];
  }
}

/** A text without a block: a bare metadata file of the earlier project, or not a stamped file at all. */
function readBare(text: string, hint: ReadHint): BlockReading {
  const none = { dialect: null, declaredHash: null, computedHash: null, lines: null } as const;
  const bare = bareDocument(text, hint);
  if (bare === null)
    return {
      ...none,
      fields: {},
      body: text,
      hash: "absent",
      fieldLines: {},
      errors: [],
      ...contractFinding(text, hint),
    };
  const entries = readEntries(bare.lines, "lenient");
  const declared = entries.fields["hash"] ?? null;
  const hash = bareVerdict(declared, "hash" in entries.fields);
  return {
    ...none,
    fields: entries.fields,
    body: bare.body,
    hash,
    declaredHash: typeof declared === "string" ? declared : null,
    fieldLines: entries.lines,
    errors: [...entries.problems, ...hashProblems(hash, entries.lines)],
  };
}

/** A stamped contract has no metadata of its own, but a hash that can be judged. */
function contractFinding(text: string, hint: ReadHint): Partial<BlockReading> {
  const extension = hint.path === undefined ? "" : extensionOf(hint.path);
  const found = ["", "yaml", "yml", "txt"].includes(extension) ? contractHash(text) : null;
  if (found === null) return {};
  const { declared, computed, line } = found;
  const known = HEX.test(declared) && declared !== ZERO_HASH;
  const hash = !known ? bareVerdict(declared, true) : declared === computed ? "verified" : "mismatch";
  const lines = { hash: line };
  return {
    hash,
    declaredHash: declared,
    computedHash: known ? computed : null,
    fieldLines: lines,
    errors: hashProblems(hash, lines),
  };
}

function bareVerdict(declared: JsonObject[string], given: boolean): HashVerdict {
  if (!given) return "absent";
  if (typeof declared !== "string" || !HEX.test(declared)) return "malformed";
  return declared === ZERO_HASH ? "placeholder" : "unverifiable";
}

function unreadable(body: string, finding: MetadataProblem): BlockReading {
  return {
    dialect: null,
    fields: {},
    body,
    hash: "malformed",
    declaredHash: null,
    computedHash: null,
    lines: null,
    fieldLines: {},
    errors: [finding],
  };
}
