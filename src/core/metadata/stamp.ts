import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { PERMISSIVE_DEFAULTS, TIMESTAMP } from "../../../contracts/documents/node-metadata.ts";
import type { Result } from "../result.ts";
import { err, ok } from "../result.ts";
import type { BlockStyle } from "./dialect.ts";
import { baseName, EPOCH_TIMESTAMP, isMetadataFile, styleForPath, ZERO_HASH } from "./dialect.ts";
import { emitBlock } from "./emit.ts";
import { entrypointOfFile, parseEntrypoint } from "./entrypoint.ts";
import { onexHash } from "./hash-rules.ts";
import { isLifecycle, transition } from "./lifecycle.ts";
import { firstContentLine, locateBlock } from "./locate.ts";
import { canonicalNamespace, parseNamespace } from "./namespace.ts";
import type { MetadataProblem } from "./problem.ts";
import { problem } from "./problem.ts";
import { validateMetadata, withoutNulls } from "./profile.ts";
import { readBlock } from "./read.ts";
import type { BlockReading } from "./reading.ts";

/** Who stamps what, when and how. */
export interface StampOptions {
  /** Fields to set; null removes one. `hash`, `created_at` and `uuid` of a stamped file are not taken from here. */
  readonly fields?: JsonObject;
  /** Tells the comment style, the name and the entrypoint of a file that has none. */
  readonly path?: string;
  /** Overrides the style the path tells. One of the two is needed. */
  readonly style?: BlockStyle;
  /** ISO 8601 time of stamping. */
  readonly now: string;
  /** Identity for a file that has none. */
  readonly uuid: string;
  readonly author?: string;
}

/** A stamped file. */
export interface Stamped {
  readonly text: string;
  /** False when the file was verified and nothing changes: `text` is then the input, byte for byte. */
  readonly changed: boolean;
}

const UUID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/**
 * Stamps a file in our dialect. A verified file without field changes comes back as it is; a block of an earlier dialect
 * is replaced by ours and keeps its fields; uuid and created_at survive; last_modified_at moves only with content.
 * Refusals list everything wrong: unreadable blocks, fields the canonical profile refuses, lifecycle moves (LC codes).
 */
export function stamp(text: string, options: StampOptions): Result<Stamped, readonly MetadataProblem[]> {
  const hint = options.path === undefined ? {} : { path: options.path };
  const style = options.style ?? (options.path === undefined ? null : styleForPath(options.path));
  if (style === null) {
    const message = "this file type has no comments to hold a metadata block";
    return err([problem("MD002", message, "stamp a file beside it, or name the comment style")]);
  }
  if (!text.isWellFormed()) return err([problem("MD002", "the text is not valid Unicode", "save the file as UTF-8")]);
  const reading = readBlock(text, hint);
  const unreadable = reading.errors.filter((found) => found.severity === "error" && !isAboutHash(found));
  if (unreadable.length > 0) return err(unreadable);

  const before = canonicalFields(reading.fields);
  const verified = reading.dialect === "ONEX" && reading.hash === "verified";
  // Defaults complete what was never ours; a stamped file says what it says.
  const after = nextFields(before, options, verified ? {} : defaultsFor(options));
  const refused = [...identityProblems(before, options), ...lifecycleProblems(before, after)];
  const unchanged = sameFields(before, after);
  if (refused.length === 0 && unchanged && verified) return ok({ text, changed: false });
  const stamped: JsonObject = {
    ...after,
    hash: ZERO_HASH,
    last_modified_at: unchanged && contentIsOld(reading) ? (before["last_modified_at"] ?? null) : options.now,
  };
  const invalid = validateMetadata(stamped, "canonical").filter((found) => found.severity === "error");
  if (refused.length + invalid.length > 0) return err(withLines([...refused, ...invalid], reading));
  return ok({ text: assemble(text, reading, stamped, style), changed: true });
}

const isAboutHash = (found: MetadataProblem): boolean => found.field === "hash" && found.code !== "SC001";

/** True when the hash says, or nothing denies, that the content is what last_modified_at dates. */
function contentIsOld(reading: BlockReading): boolean {
  const dated = reading.fields["last_modified_at"];
  const known = typeof dated === "string" && TIMESTAMP.test(dated) && dated !== EPOCH_TIMESTAMP;
  return known && (reading.hash === "verified" || reading.hash === "unverifiable");
}

/** Old spellings in today's: nulls dropped, entrypoint a mapping, namespace without scheme. What cannot be read stays. */
function canonicalFields(fields: JsonObject): JsonObject {
  const given: Record<string, JsonValue> = { ...withoutNulls(fields) };
  const entrypoint = parseEntrypoint(given["entrypoint"]);
  if (entrypoint.ok)
    given["entrypoint"] = { ...(isObject(given["entrypoint"]) ? given["entrypoint"] : {}), ...entrypoint.value };
  const namespace = parseNamespace(given["namespace"]);
  if (namespace.ok) given["namespace"] = canonicalNamespace(namespace.value);
  return given;
}

function defaultsFor(options: StampOptions): JsonObject {
  const name = options.path === undefined ? "document" : nameOf(options.path);
  const stem = name.replace(/\.[^.]*$/, "") || name;
  return {
    ...PERMISSIVE_DEFAULTS,
    name,
    author: options.author ?? "unknown",
    owner: options.author ?? "unknown",
    entrypoint: { ...entrypointOfFile(options.path === undefined ? name : baseName(options.path)) },
    namespace: canonicalNamespace({ scheme: null, path: `onex.stamped.${stem}` }),
  };
}

function nextFields(before: JsonObject, options: StampOptions, defaults: JsonObject): JsonObject {
  const { hash: _, uuid, created_at: createdAt, last_modified_at: __, ...changes } = options.fields ?? {};
  return canonicalFields({
    ...defaults,
    ...before,
    ...changes,
    uuid: firstOf(before["uuid"], uuid, options.uuid, (value) => UUID.test(value)),
    created_at: firstOf(before["created_at"], createdAt, options.now, (value) => TIMESTAMP.test(value)),
  });
}

/** A metadata file is named for its folder: node.onex.yaml says nothing. */
function nameOf(path: string): string {
  if (!isMetadataFile(path)) return baseName(path);
  const folders = path
    .split(/[/\\]/)
    .slice(0, -1)
    .filter((part) => part !== "" && part !== ".");
  return folders.findLast((part) => !/^v\d/.test(part)) ?? "node";
}

const firstOf = (kept: unknown, given: unknown, fresh: string, valid: (value: string) => boolean): string =>
  [kept, given].find((value): value is string => typeof value === "string" && valid(value)) ?? fresh;

function identityProblems(before: JsonObject, options: StampOptions): MetadataProblem[] {
  return (["uuid", "created_at"] as const).flatMap((field) => {
    const wanted = options.fields?.[field];
    const kept = before[field];
    const fixed = typeof kept === "string" && (field === "uuid" ? UUID : TIMESTAMP).test(kept);
    if (wanted === undefined || !fixed || wanted === kept) return [];
    return [
      problem("SC002", `${field} of a stamped file cannot change`, `leave ${field} out; a new identity is a new file`, {
        field,
      }),
    ];
  });
}

function lifecycleProblems(before: JsonObject, after: JsonObject): readonly MetadataProblem[] {
  const from = before["lifecycle"];
  const to = after["lifecycle"];
  if (!isLifecycle(from) || !isLifecycle(to)) return [];
  const text = (field: string): string | null => (typeof after[field] === "string" ? after[field] : null);
  const moved = transition(from, to, { deprecatedBy: text("deprecated_by"), archivedReason: text("archived_reason") });
  // A state without its reason is reported by the profile, with its line.
  return moved.ok ? [] : moved.error.filter((found) => found.code === "LC003");
}

/** Equality of everything a stamp does not itself write. */
function sameFields(before: JsonObject, after: JsonObject): boolean {
  const content = (fields: JsonObject): JsonValue =>
    Object.entries(fields)
      .filter(([key]) => key !== "hash" && key !== "last_modified_at")
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, sorted(value)]);
  return JSON.stringify(content(before)) === JSON.stringify(content(after));
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)]);
}

function withLines(problems: readonly MetadataProblem[], reading: BlockReading): MetadataProblem[] {
  return problems.map((found) => {
    const line = reading.fieldLines[found.field?.split(".")[0] ?? ""] ?? null;
    return { ...found, line: found.line ?? line };
  });
}

/** Stands for the hash while its place is not hashed yet: a letter, so that it is written without quotes. */
const UNHASHED = "f".repeat(64);

/** Puts the block where the old one stood, or at the top below what must stay first, and hashes the whole. */
function assemble(text: string, reading: BlockReading, fields: JsonObject, style: BlockStyle): string {
  const { head, body } = around(text, reading, style);
  const unhashed = `${head}${emitBlock({ ...fields, hash: UNHASHED }, style)}\n${body}`;
  const line = /\n(?:# |\/\/ |-- )?hash: /.exec(unhashed.slice(head.length));
  const start = unhashed.indexOf(UNHASHED, head.length + (line?.index ?? 0));
  const end = start + UNHASHED.length;
  return unhashed.slice(0, start) + onexHash(unhashed, { start, end }) + unhashed.slice(end);
}

function around(
  text: string,
  reading: BlockReading,
  style: BlockStyle,
): { readonly head: string; readonly body: string } {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const location = locateBlock(text);
  if (location.kind === "block") {
    const { open, close, family } = location.span;
    const rest = text.slice(close.next);
    return { head: text.slice(start, open.start), body: family === "ONEX" ? rest : spaced(rest) };
  }
  if (Object.keys(reading.fields).length > 0) {
    // The fields were the document: what is left of it are its comments and the documents that follow.
    const own = text.slice(start, text.length - reading.body.length);
    const comments = own.split(/\r?\n/).filter((line) => line.startsWith("#"));
    const rest = spaced([...comments, reading.body].join("\n"));
    return { head: own.startsWith("---") ? "---\n" : "", body: rest };
  }
  const first = firstContentLine(text);
  const at = first === null ? text.length : first.start;
  const head = text.slice(start, at);
  // In Markdown `---` opens front matter, which no comment may enter.
  if (style === "markup" && head.includes("---")) return { head: "", body: spaced(text.slice(start)) };
  return { head: head === "" || head.endsWith("\n") ? head : `${head}\n`, body: spaced(text.slice(at)) };
}

/** One blank line between block and body; nothing after the block of an empty file. */
function spaced(body: string): string {
  let start = 0;
  while (body[start] === "\n" || body.startsWith("\r\n", start)) start += body[start] === "\n" ? 1 : 2;
  return start === body.length ? "" : `\n${body.slice(start)}`;
}
