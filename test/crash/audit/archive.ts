import { decodeIndex, INDEX_MARK } from "../../../src/core/archive/index-line.ts";
import { decodeRun } from "../../../src/core/run/codec/codec.ts";
import { isRef, type StoredValue } from "../../../src/core/run/model/value.ts";
import { TERMINAL_RUN, TERMINAL_STEP, type RunState } from "../../../src/core/run/model/state.ts";
import type { Findings } from "../findings.ts";
import type { Row, Storage } from "../storage.ts";

/** What the archive holds. */
export interface Archived {
  readonly runs: ReadonlyMap<string, RunState>;
  /** Objects that a kill between an object and its rows left behind; the sweep has to collect them. */
  readonly strays: readonly string[];
}

/** Compares the tables with the objects, both ways. */
export async function auditArchive(storage: Storage, findings: Findings): Promise<Archived> {
  const own = await storage.rows(
    "SELECT run_id, status, finished_at, archive_key, archive_offset, archive_length, value_keys FROM runs WHERE deleted_at IS NULL",
  );
  const rows = [...own, ...(await packedRows(storage, findings))];
  const runs = new Map<string, RunState>();
  for (const row of rows) {
    const state = await recordOf(row, storage, findings);
    if (state) runs.set(state.header.id, state);
  }
  const strays = await auditObjects(rows, storage, findings);
  await auditValues(rows, runs, storage, findings);
  for (const { segment } of await storage.rows("SELECT segment FROM erasures"))
    findings.add("archive", `a dead record in ${segment} is not blanked`);
  return { runs, strays };
}

/** What the objects' own indices tell of runs that have no row. */
export async function packedRows(storage: Storage, findings?: Findings): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const part of await storage.rows("SELECT archive_key, index_offset, index_length FROM run_parts")) {
    const key = String(part["archive_key"]);
    const range = { offset: Number(part["index_offset"]), length: Number(part["index_length"]) };
    const runs = decodeIndex((await storage.text(key, range)) ?? "");
    if (runs === null) findings?.add("archive", `the index of ${key} cannot be read`);
    for (const { runId, status, finishedAt, archive } of runs ?? [])
      rows.push({
        ...{ run_id: runId, status, finished_at: finishedAt, value_keys: null, archive_key: key },
        ...{ archive_offset: archive?.offset ?? null, archive_length: archive?.length ?? null },
      });
  }
  return rows;
}

async function recordOf(row: Row, storage: Storage, findings: Findings): Promise<RunState | null> {
  const { run_id: id, archive_key: key, archive_offset: offset, archive_length: length } = row;
  if (row["finished_at"] === null) findings.add("ends", `the row of run ${id} says it is ${row["status"]}`);
  if (typeof key !== "string") {
    findings.add("archive", `the row of run ${id} points at no record`);
    return null;
  }
  const text = await storage.text(key, { offset: Number(offset), length: Number(length) });
  const state = text === null || text.trim() === "" ? null : decodeRun(text);
  if (state === null || state.header.id !== id || state.header.status !== row["status"]) {
    findings.add("archive", `the row of run ${id} points at ${state ? `run ${state.header.id}` : "nothing"} in ${key}`);
    return null;
  }
  if (!TERMINAL_RUN.has(state.header.status)) findings.add("ends", `run ${id} was archived as ${state.header.status}`);
  for (const step of [...state.segments.values()].flatMap(({ steps }) => steps))
    if (!TERMINAL_STEP.has(step.status)) findings.add("ends", `step ${step.id} of ended run ${id} is ${step.status}`);
  return state;
}

async function auditObjects(rows: readonly Row[], storage: Storage, findings: Findings): Promise<readonly string[]> {
  const places = new Set(rows.map((row) => `${row["archive_key"]}@${row["archive_offset"]}`));
  const known = new Set((await storage.rows("SELECT key FROM segments")).map(({ key }) => String(key)));
  const stored = await storage.keys("runs/");
  for (const key of known) if (!stored.includes(key)) findings.add("archive", `${key} is not there`);
  for (const key of stored.filter((one) => known.has(one))) {
    let offset = 0;
    for (const line of ((await storage.text(key)) ?? "").split("\n")) {
      if (line.trim() !== "" && !line.startsWith(INDEX_MARK) && !places.has(`${key}@${offset}`))
        findings.add("archive", `a record in ${key} belongs to no row`);
      offset += Buffer.byteLength(line) + 1;
    }
  }
  return stored.filter((key) => !known.has(key));
}

/** Large values: what runs refer to, what the table says, what is stored. */
async function auditValues(
  rows: readonly Row[],
  runs: ReadonlyMap<string, RunState>,
  storage: Storage,
  findings: Findings,
): Promise<void> {
  const stored = new Set(await storage.keys("values/"));
  const cached = new Set(await storage.keys("cache/"));
  const said = new Set<string>();
  for (const { key, run_id: run } of await storage.rows("SELECT key, run_id FROM value_refs")) {
    said.add(`${run} ${key}`);
    if (!stored.has(String(key))) findings.add("values", `value ${key} of run ${run} is not stored`);
    const row = rows.find(({ run_id: id }) => id === run);
    if (!row) findings.add("values", `value ${key} is referred to by run ${run}, which has no row`);
  }
  const meant = new Set<string>();
  for (const [id, state] of runs)
    for (const key of keysIn(state)) {
      meant.add(key);
      if (!said.has(`${id} ${key}`)) findings.add("values", `run ${id} refers to ${key}, and no table says so`);
    }
  for (const { blobs } of await storage.rows("SELECT blobs FROM result_cache WHERE blobs IS NOT NULL"))
    for (const key of JSON.parse(String(blobs)) as readonly string[]) {
      meant.add(key);
      if (!stored.has(key) && !cached.has(key))
        findings.add("values", `a cached result refers to ${key}, which is not stored`);
    }
  for (const key of cached) if (!meant.has(key)) findings.add("values", `no cached result refers to ${key}`);
  for (const key of stored) if (!meant.has(key)) findings.add("values", `no run refers to ${key}`);
}

function keysIn(state: RunState): ReadonlySet<string> {
  const values: StoredValue[] = Object.values(state.given);
  for (const { outcome } of [...state.segments.values()].flatMap(({ steps }) => steps))
    if (outcome?.ok) values.push(...Object.values(outcome.outputs));
  return new Set(values.flatMap((value) => (isRef(value) ? [value.ref.key] : [])));
}
