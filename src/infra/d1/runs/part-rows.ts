import { parseJson } from "../../../../contracts/json/narrow.ts";
import { sql } from "drizzle-orm";
import type { MarkedPart, RunPart } from "../../../core/archive/part.ts";
import { listedTexts } from "../listed-texts.ts";

/** A row of the table `run_parts` as it is read. */
export interface PartRow {
  readonly tenant: string;
  readonly last_at: number;
  readonly archive_key: string;
  readonly first_at: number;
  readonly runs: number;
  readonly steps: number;
  readonly cached_steps: number;
  readonly rings: string;
  readonly labels: string | null;
  readonly offset: number;
  readonly index_offset: number;
  readonly index_length: number;
  /** Hexadecimal digits. */
  readonly strip: string;
  /** JSON list of offsets. */
  readonly erased: string;
}

/** What is read of a part `p`. */
export const PART = sql.raw(
  "p.tenant, p.last_at, p.archive_key, p.first_at, p.runs, p.steps, p.cached_steps, p.rings, p.labels, p.offset, " +
    "p.index_offset, p.index_length, hex(p.strip) as strip, " +
    "(select json_group_array(x.offset) from erasures x where x.segment = p.archive_key) as erased",
);

/** A part as it is written. */
export const rowOfPart = (part: RunPart): Omit<PartRow, "erased"> => ({
  tenant: part.tenant,
  last_at: part.lastAt,
  archive_key: part.key,
  first_at: part.firstAt,
  runs: part.runs,
  steps: part.steps,
  cached_steps: part.cachedSteps,
  rings: JSON.stringify(part.rings),
  labels: part.labels === null ? null : JSON.stringify(part.labels),
  offset: part.offset,
  index_offset: part.index.offset,
  index_length: part.index.length,
  strip: part.strip,
});

export const partOfRow = (row: PartRow): MarkedPart => ({
  tenant: row.tenant,
  key: row.archive_key,
  firstAt: row.first_at,
  lastAt: row.last_at,
  runs: row.runs,
  steps: row.steps,
  cachedSteps: row.cached_steps,
  rings: listedNumbers(row.rings),
  labels: row.labels === null ? null : listedTexts(row.labels),
  offset: row.offset,
  index: { offset: row.index_offset, length: row.index_length },
  strip: row.strip.toLowerCase(),
  erased: listedNumbers(row.erased),
});

function listedNumbers(json: string): readonly number[] {
  const list: unknown = parseJson(json);
  return Array.isArray(list) ? list.filter((one) => typeof one === "number") : [];
}
