import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/**
 * The hash of an earlier project's contract.yaml: of the document dumped anew with its keys sorted at every level and
 * without `hash` and `last_modified_at`. Those files were written by the same dumper, keys unsorted, so sorting the
 * entries of the text gives the dump without a YAML emitter. A file written by hand in another style does not verify.
 */

/** Fields of which a stamped contract has several and nothing else has any two. */
const TELLING = new Set([
  "contract_version",
  "contract_schema_version",
  "contract_name",
  "node_name",
  "node_id",
  "node_version",
  "input_state",
  "output_state",
]);
const UNHASHED = new Set(["hash", "last_modified_at"]);
const KEY = /^([^\s'"#&*!|>%@`{}[\],-][^:]*|'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"):(?= |$)/;
const MAX_DEPTH = 64;

interface Entry {
  readonly key: string;
  readonly lines: readonly string[];
}

/** What a stamped contract says of itself and what its content says. */
export interface ContractHash {
  readonly declared: string;
  /** 1-based line of the hash. */
  readonly line: number;
  /** Lower-case hex; null when the text has no such form. */
  readonly computed: string | null;
}

/** The hash a contract declares and the one its content has; null for any text that is not a stamped contract. */
export function contractHash(text: string): ContractHash | null {
  const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  let telling = 0;
  let hash: { readonly value: string; readonly line: number } | null = null;
  for (const [i, line] of lines.entries()) {
    const key = /^[a-z_]+(?=:( |$))/.exec(line)?.[0];
    if (key === undefined) continue;
    if (TELLING.has(key)) telling++;
    if (key === "hash")
      hash = {
        value: line
          .slice(5)
          .trim()
          .replace(/^(['"])(.*)\1$/, "$2"),
        line: i + 1,
      };
  }
  if (hash === null || telling < 2) return null;
  const body = lines.filter((line) => line.trim() !== "" && line !== "---" && line !== "..." && !line.startsWith("#"));
  const entries = entriesAt(body, 0)?.filter(({ key }) => !UNHASHED.has(key));
  const sorted = entries === undefined ? null : sortedLines(entries, 0, MAX_DEPTH);
  const computed = sorted === null ? null : bytesToHex(sha256(utf8ToBytes(`${sorted.join("\n")}\n`)));
  return { declared: hash.value, line: hash.line, computed };
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** The entries of a mapping whose keys stand at an indent, or null when the lines are no such mapping. */
function entriesAt(lines: readonly string[], indent: number): Entry[] | null {
  const starts: { readonly key: string; readonly at: number }[] = [];
  for (const [at, line] of lines.entries()) {
    if (indentOf(line) > indent) continue;
    const match = indentOf(line) === indent ? KEY.exec(line.slice(indent)) : null;
    if (match?.[1] === undefined) return null;
    starts.push({ key: match[1].replace(/^(['"])(.*)\1$/, "$2"), at });
  }
  if (starts[0]?.at !== 0) return null;
  return starts.map(({ key, at }, i) => ({ key, lines: lines.slice(at, starts[i + 1]?.at) }));
}

function sortedLines(entries: readonly Entry[], indent: number, depth: number): readonly string[] | null {
  if (depth === 0) return null;
  const sorted: string[] = [];
  for (const { lines } of [...entries].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))) {
    const [head = "", ...rest] = lines;
    const inner = head.endsWith(":") ? sortedValue(rest, indent, depth - 1) : rest;
    if (inner === null) return null;
    sorted.push(head, ...inner);
  }
  return sorted;
}

/** The lines of a value below its key, sorted within when they are a mapping or a list of mappings. */
function sortedValue(lines: readonly string[], above: number, depth: number): readonly string[] | null {
  const first = lines[0];
  if (first === undefined) return lines;
  const indent = indentOf(first);
  if (indent <= above) return null;
  if (first.slice(indent).startsWith("- ")) return sortedList(lines, indent, depth);
  const entries = entriesAt(lines, indent);
  return entries === null ? lines : sortedLines(entries, indent, depth);
}

function sortedList(lines: readonly string[], indent: number, depth: number): readonly string[] | null {
  if (depth === 0) return null;
  const dash = `${" ".repeat(indent)}- `;
  const starts = [...lines.entries()].flatMap(([at, line]) => (line.startsWith(dash) ? [at] : []));
  const sorted: string[] = [];
  for (const [i, at] of starts.entries()) {
    const [head = "", ...rest] = lines.slice(at, starts[i + 1]);
    const content = [`${" ".repeat(indent + 2)}${head.slice(dash.length)}`, ...rest];
    const inner = sortedValue(content, indent, depth - 1);
    if (inner === null) return null;
    const [first = "", ...others] = inner;
    sorted.push(dash + first.slice(dash.length), ...others);
  }
  return sorted;
}
