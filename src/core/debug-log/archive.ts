import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { type DebugLog, inOrder } from "./debug-log.ts";
import type { DebugEntry } from "./entry.ts";
import type { Quarter } from "./week.ts";
import { quarterOfWeek } from "./week.ts";

/** The quarter of a weekly log, or null for a log without a week. */
export function quarterOfLog({ fields }: DebugLog): Quarter | null {
  return typeof fields["week"] === "string" ? quarterOfWeek(fields["week"]) : null;
}

/**
 * Rolls weekly logs up into the archive of their quarter: all entries in order of time, and the block of each log under
 * `logs`. An archive that exists takes in what it does not have yet; an entry it has is not repeated.
 */
export function rollUp(
  quarter: Quarter,
  logs: readonly DebugLog[],
  archive: DebugLog | null,
  createdAt: string,
): DebugLog {
  const earlier = archive?.fields["logs"];
  const blocks = new Map<string, JsonObject>();
  for (const block of [
    ...(isList(earlier) ? earlier.filter((one) => isObject(one)) : []),
    ...logs.map((log) => log.fields),
  ]) {
    blocks.set(JSON.stringify([block["week"], block["log_owner"]]), block);
  }
  const owners = [
    ...new Set([...blocks.values()].map((block) => block["log_owner"]).filter((name) => typeof name === "string")),
  ].sort();
  const entries = new Map<string, DebugEntry>();
  for (const entry of [...(archive?.entries ?? []), ...logs.flatMap((log) => log.entries)])
    entries.set(JSON.stringify(entry), entry);
  return {
    fields: {
      log_owner: owners.join(", "),
      quarter,
      repo_version: lastVersion(logs, archive),
      created_at: archive?.fields["created_at"] ?? createdAt,
      logs: [...blocks].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, block]) => block),
    },
    entries: inOrder([...entries.values()]),
  };
}

const lastVersion = (logs: readonly DebugLog[], archive: DebugLog | null): JsonValue =>
  logs.at(-1)?.fields["repo_version"] ?? archive?.fields["repo_version"] ?? null;
