import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { yamlKey, yamlString } from "../metadata/yaml-text.ts";
import { readYaml } from "../metadata/yaml.ts";
import type { Result } from "../result.ts";
import { err, ok } from "../result.ts";
import { type DebugEntry, debugEntry, ENTRY_STATUSES } from "./entry.ts";

/** A debug log: of a week, or the archive of a quarter. */
export interface DebugLog {
  /** `log_owner`, `week` or `quarter`, `repo_version`, `created_at`, and whatever else its owner wrote there. */
  readonly fields: JsonObject;
  /** In the order of their times. */
  readonly entries: readonly DebugEntry[];
}

/** A line of a log that is not understood. */
export interface LogProblem {
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}

const HEADING = /^## (\d{4}-\d{2}-\d{2}T[0-9:.]+(?:Z|[+-]\d{2}:\d{2})) \| ([^|]*) \| ([a-z]+)$/;
const ATTRIBUTE = /^- (tags|runs|issues): (.*)$/;

/** Every tag of a log's entries, sorted. */
export const tagsOf = (entries: readonly DebugEntry[]): readonly string[] =>
  [...new Set(entries.flatMap((entry) => entry.tags))].sort();

/** The log with one more entry, at its place in time. */
export const withEntry = (log: DebugLog, entry: DebugEntry): DebugLog => ({
  ...log,
  entries: inOrder([...log.entries, entry]),
});

/** Stable: entries of the same instant keep their order. */
export const inOrder = (entries: readonly DebugEntry[]): readonly DebugEntry[] =>
  [...entries].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));

/**
 * Writes a log: a YAML block with its fields and all tags of its entries, then a section an entry. Reading it gives the
 * same log back.
 */
export function emitLog(log: DebugLog): string {
  const { tags: _, ...fields } = log.fields;
  const block = Object.entries({ ...fields, tags: tagsOf(log.entries) }).map(
    ([key, value]) => `${yamlKey(key)}: ${flow(value)}`,
  );
  const span = log.fields["week"] ?? log.fields["quarter"];
  const title = typeof span === "string" ? `# Debug log ${span}` : "# Debug log";
  return `${[`---\n${block.join("\n")}\n---`, title, ...log.entries.map(entryText)].join("\n\n")}\n`;
}

const flow = (value: JsonValue): string => (typeof value === "string" ? yamlString(value) : JSON.stringify(value));

function entryText({ at, author, status, tags, runs, issues, text }: DebugEntry): string {
  const attributes = [
    ...(tags.length === 0 ? [] : [`- tags: ${tags.map((tag) => `#${tag}`).join(" ")}`]),
    ...(runs.length === 0 ? [] : [`- runs: ${runs.join(", ")}`]),
    ...(issues.length === 0 ? [] : [`- issues: ${issues.join(", ")}`]),
  ];
  return [`## ${at} | ${author} | ${status}`, ...attributes, ...(text === "" ? [] : ["", escaped(text)])].join("\n");
}

/** A line of an entry that looks like the heading of one is marked with a backslash, as Markdown does. */
const escaped = (text: string): string => text.replace(/^(\\*)## /gm, "$1\\## ");
const unescaped = (text: string): string => text.replace(/^(\\*)\\## /gm, "$1## ");

/** Reads a log. Refusals list every line that is not understood. */
export function parseLog(source: string): Result<DebugLog, readonly LogProblem[]> {
  const lines = source
    .replace(/^\ufeff/, "")
    .replace(/\r\n?/g, "\n")
    .split("\n");
  const close = lines.indexOf("---", 1);
  if (lines[0] !== "---" || close === -1)
    return err([{ line: 1, message: "a debug log begins with a block between two --- lines" }]);
  const yaml = readYaml(lines.slice(1, close).join("\n"));
  if (!yaml.ok) return err([{ line: yaml.error.line + 1, message: yaml.error.message }]);
  if (!isObject(yaml.value)) return err([{ line: 1, message: "the block is a mapping of fields" }]);
  const problems: LogProblem[] = [];
  const entries = sections(lines, close + 1).flatMap(({ line, content }) => {
    const entry = readEntry(content);
    if (typeof entry !== "string") return [entry];
    problems.push({ line, message: entry });
    return [];
  });
  const { tags: _, ...fields } = yaml.value;
  return problems.length > 0 ? err(problems) : ok({ fields, entries: inOrder(entries) });
}

interface Section {
  readonly line: number;
  readonly content: readonly string[];
}

/** What stands between the block and the first entry is the title. */
function sections(lines: readonly string[], from: number): readonly Section[] {
  const starts = lines.flatMap((line, index) => (index >= from && line.startsWith("## ") ? [index] : []));
  return starts.map((start, i) => ({ line: start + 1, content: lines.slice(start, starts[i + 1]) }));
}

/** The entry, or why it is none. */
function readEntry([heading = "", ...rest]: readonly string[]): DebugEntry | string {
  const match = HEADING.exec(heading);
  if (match === null) return "an entry begins with `## time | author | status`";
  const [, at = "", author = "", status = ""] = match;
  const known = ENTRY_STATUSES.find((one) => one === status);
  if (Number.isNaN(Date.parse(at))) return `${at} is no time`;
  if (known === undefined) return `${status} is no status: use one of ${ENTRY_STATUSES.join(", ")}`;
  const blank = rest.indexOf("");
  const attributes = rest.slice(0, blank === -1 ? undefined : blank);
  const links: Record<string, readonly string[]> = {};
  for (const line of attributes) {
    const attribute = ATTRIBUTE.exec(line);
    if (attribute === null) return `this line of an entry is not understood: ${line}`;
    const [, name = "", items = ""] = attribute;
    links[name] = items.split(/[\s,]+/).filter((item) => item !== "");
  }
  const text = unescaped(blank === -1 ? "" : rest.slice(blank).join("\n"));
  return debugEntry({ at, author, status: known, text, ...links });
}
