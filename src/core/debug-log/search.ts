import type { DebugEntry, EntryStatus } from "./entry.ts";
import { normalTag } from "./entry.ts";

/** What entries are looked for; every part that is given must hold. */
export interface LogQuery {
  /** Words that all occur in text, tags or author, in any case. */
  readonly words?: readonly string[];
  /** All of them. */
  readonly tags?: readonly string[];
  /** A part of the author's name. */
  readonly author?: string;
  readonly status?: EntryStatus;
  readonly run?: string;
  readonly issue?: string;
  /** Milliseconds since the epoch; from `since` on, before `until`. */
  readonly since?: number;
  readonly until?: number;
}

/** Whether an entry is looked for. */
export function matchesQuery(entry: DebugEntry, query: LogQuery): boolean {
  const at = Date.parse(entry.at);
  const searched = `${entry.text}\n${entry.tags.map((tag) => `#${tag}`).join(" ")}\n${entry.author}`.toLowerCase();
  return (
    (query.words ?? []).every((word) => searched.includes(word.toLowerCase())) &&
    (query.tags ?? []).every((tag) => entry.tags.includes(normalTag(tag) ?? "")) &&
    entry.author.toLowerCase().includes((query.author ?? "").toLowerCase()) &&
    (query.status === undefined || entry.status === query.status) &&
    (query.run === undefined || entry.runs.includes(query.run)) &&
    (query.issue === undefined || entry.issues.includes(query.issue.replace(/^#/, ""))) &&
    at >= (query.since ?? -Infinity) &&
    at < (query.until ?? Infinity)
  );
}

/** How often each tag and status occurs, in the wire form of `onex log search --json`. */
export interface LogSummary {
  readonly entries: number;
  readonly by_tag: Readonly<Record<string, number>>;
  readonly by_status: Readonly<Record<string, number>>;
}

/** Counts entries; tags by how often they occur, then by name. */
export function summarise(entries: readonly DebugEntry[]): LogSummary {
  const count = (items: readonly string[]): Record<string, number> => {
    const counts = new Map<string, number>();
    for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
    return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
  };
  return {
    entries: entries.length,
    by_tag: count(entries.flatMap((entry) => entry.tags)),
    by_status: count(entries.map((entry) => entry.status)),
  };
}
