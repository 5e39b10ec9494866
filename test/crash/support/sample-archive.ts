import { encodeRun } from "../../../src/core/run/codec/codec.ts";
import type { RunState, StepOutcome } from "../../../src/core/run/model/state.ts";
import type { StoredValue } from "../../../src/core/run/model/value.ts";
import { dispatches, DrivenRun, success } from "../../support/runs.ts";
import { sketchPlan } from "../../support/plans.ts";
import type { Row, Storage } from "../storage.ts";

export const VALUE = "values/default/2026-01-01/abc";
export const SEGMENT = "runs/2026-01-01/a.ndjson";

/** A run of one effect that succeeded and gave its receipt and a large value. */
export function endedRun(receipt = 7): RunState {
  const run = new DrivenRun(sketchPlan([{ id: "crash_record" }]));
  const [dispatch] = dispatches(run.send({ type: "start" }));
  const outputs: Record<string, StoredValue> = {
    "crash.receipt": { v: { receipt } },
    "crash_record.out": { ref: { key: VALUE, sha256: "0".repeat(64), bytes: 100_000 } },
  };
  const outcome: StepOutcome = { ...(success("crash_record") as StepOutcome & { ok: true }), outputs };
  const { segment = "", token = "" } = dispatch ?? {};
  run.send({ type: "answer", segment, token, results: [{ step: "crash_record", outcome }] });
  return run.state;
}

/** A system's tables and objects, to be spoilt. */
export interface Sample {
  readonly tables: Record<string, Record<string, string | number | null>[]>;
  readonly objects: Map<string, string>;
}

/** One archived run with everything in its place. */
export function sampleArchive(state: RunState = endedRun()): Sample {
  const record = encodeRun(state);
  return {
    tables: {
      runs: [
        {
          run_id: state.header.id,
          status: state.header.status,
          finished_at: 1,
          archive_key: SEGMENT,
          archive_offset: 0,
          archive_length: Buffer.byteLength(record),
          value_keys: JSON.stringify([VALUE]),
        },
      ],
      segments: [{ key: SEGMENT }],
      erasures: [],
      result_cache: [],
      value_refs: [{ key: VALUE, run_id: state.header.id }],
    },
    objects: new Map([
      [SEGMENT, `${record}\n`],
      [VALUE, "{}"],
    ]),
  };
}

/** The storage that holds a sample. `sweep` empties it when `collects`. */
export function storageOfSample({ tables, objects }: Sample, collects = true): Storage {
  const rowsOf = (sql: string): readonly Row[] => {
    const table = /FROM (\w+)/.exec(sql)?.[1] ?? "";
    if (table === "sqlite_master") return Object.keys(tables).map((name) => ({ name }));
    const rows = tables[table] ?? [];
    return sql.includes("count(*)") ? [{ n: rows.length }] : rows;
  };
  return {
    rows: (sql) => Promise.resolve(rowsOf(sql)),
    keys: (prefix = "") => Promise.resolve([...objects.keys()].filter((key) => key.startsWith(prefix))),
    text(key, range) {
      const text = objects.get(key) ?? null;
      const cut = text !== null && range ? text.slice(range.offset, range.offset + range.length) : text;
      return Promise.resolve(cut);
    },
    sweep() {
      if (collects) {
        objects.clear();
        for (const rows of Object.values(tables)) rows.length = 0;
      }
      return Promise.resolve();
    },
  };
}
