import { withoutBeginning, withoutEnd } from "../text/trim.ts";

/** What an entry is waiting for. */
export const ENTRY_STATUSES = ["info", "open", "resolved"] as const;
/** One of ENTRY_STATUSES. */
export type EntryStatus = (typeof ENTRY_STATUSES)[number];

/** One entry of a debug log. */
export interface DebugEntry {
  /** ISO 8601 with zone. */
  readonly at: string;
  readonly author: string;
  readonly status: EntryStatus;
  /** Lower case, without `#`, sorted, each once. */
  readonly tags: readonly string[];
  /** Ids of runs. */
  readonly runs: readonly string[];
  /** Issues, pull requests: numbers or addresses. */
  readonly issues: readonly string[];
  readonly text: string;
}

const TAG = /^[a-z][a-z0-9_-]*$/;
const INLINE_TAG = /(?:^|[\s(])#([A-Za-z][A-Za-z0-9_-]*)/g;
const INLINE_ISSUE = /(?:^|[\s(])#(\d+)\b/g;
const INLINE_RUN = /\br[0-9a-f]{2}_[0-9A-HJKMNP-TV-Z]{26}\b/g;

/** A tag as it is kept: `#Blocker` → `blocker`; null for what is none. */
export function normalTag(text: string): string | null {
  const tag = text.trim().replace(/^#/, "").toLowerCase();
  return TAG.test(tag) ? tag : null;
}

/** What somebody says of an entry; the rest follows from the text. */
export interface EntryDraft {
  readonly at: string;
  readonly author: string;
  readonly text: string;
  readonly status?: EntryStatus;
  /** Tags, runs and issues besides those the text names. */
  readonly tags?: readonly string[];
  readonly runs?: readonly string[];
  readonly issues?: readonly string[];
}

/**
 * An entry in its kept form: `#tags`, `#12` and run ids that the text names are links of the entry. Tagged `blocker` or
 * `regression` and nothing said, it is open.
 */
export function debugEntry(draft: EntryDraft): DebugEntry {
  const lines = draft.text.replace(/\r\n?/g, "\n").split("\n");
  const trimmed = lines.map((line) => withoutEnd(line, " \t")).join("\n");
  const text = withoutEnd(withoutBeginning(trimmed, "\n"), "\n");
  const inline = (pattern: RegExp): string[] => Array.from(text.matchAll(pattern), (match) => match[1] ?? match[0]);
  const tags = sortedOnce([...(draft.tags ?? []), ...inline(INLINE_TAG)].flatMap((tag) => normalTag(tag) ?? []));
  const pressing = tags.includes("blocker") || tags.includes("regression");
  return {
    at: draft.at,
    author: draft.author.replace(/[\s|]+/g, " ").trim() || "unknown",
    status: draft.status ?? (pressing ? "open" : "info"),
    tags,
    runs: sortedOnce([...(draft.runs ?? []), ...inline(INLINE_RUN)].map(link)),
    issues: sortedOnce(
      [...(draft.issues ?? []), ...inline(INLINE_ISSUE)].map((issue) => link(issue).replace(/^#/, "")),
    ),
    text,
  };
}

/** A link is one word: lists of them are separated by commas. */
const link = (text: string): string => text.replace(/[\s,]+/g, "");

const sortedOnce = (items: readonly string[]): readonly string[] =>
  [...new Set(items.filter((item) => item !== ""))].sort();
