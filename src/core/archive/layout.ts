import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { ringOf } from "../run/model/run-id.ts";
import type { RunSummary } from "../run/model/summary.ts";
import { labelsOf, minuteOf } from "../search/labels.ts";
import { newestFirst } from "../search/position.ts";
import { placeOfRun } from "../search/run-query.ts";
import { encodeIndex } from "./index-line.ts";
import { isPacked } from "./packed.ts";
import { MOST_LABEL_CHARS, type RunPart } from "./part.ts";
import { encodeStrip, printOf } from "./strip.ts";

/** A finished run and the bytes of its record, which end with a line's end. */
export interface RecordLine {
  readonly bytes: Uint8Array;
  readonly summary: RunSummary;
}

/** An archive object: its bytes, an index row for each of its runs, and its parts. */
export interface ObjectLayout {
  readonly body: Uint8Array;
  readonly rows: readonly RunSummary[];
  readonly parts: readonly RunPart[];
}

/**
 * Lays records out as one object: those of a part lie together, oldest first; behind all records follows the object's own
 * index, a line for each part. Records whose runs have rows of their own come first and are not in it.
 */
export function layOut(key: string, lines: readonly RecordLine[]): ObjectLayout {
  const place = { key, offset: 0, length: 0 };
  const groups = Map.groupBy(lines, ({ summary }) =>
    isPacked({ ...summary, archive: place }) ? JSON.stringify([summary.tenant, minuteOf(summary.createdAt)]) : "",
  );
  const body: Uint8Array[] = [];
  const rows: RunSummary[] = [];
  let offset = 0;
  const packed: { readonly runs: readonly RunSummary[] }[] = [];
  for (const [group, own] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const inOrder = group === "" ? own : own.toSorted((a, b) => -newestFirst(placeOf(a), placeOf(b)));
    const placed = inOrder.map(({ bytes, summary }) => {
      body.push(bytes);
      const row = { ...summary, archive: { key, offset, length: bytes.length - 1 } };
      offset += bytes.length;
      return row;
    });
    rows.push(...placed);
    if (group !== "") packed.push({ runs: placed });
  }
  const parts: RunPart[] = [];
  for (const { runs } of packed) {
    const line = utf8ToBytes(`${encodeIndex(runs)}\n`);
    body.push(line);
    parts.push(partOf(runs, { offset, length: line.length - 1 }));
    offset += line.length;
  }
  return { body: concatBytes(...body), rows, parts };
}

const placeOf = ({ summary }: RecordLine) => placeOfRun(summary);

/** The part of these runs, which lie one behind the other. */
function partOf(runs: readonly RunSummary[], index: RunPart["index"]): RunPart {
  const [first, last] = [runs[0], runs.at(-1)];
  const labels = new Set(runs.flatMap((run) => [...labelsOf(run), ...run.nodes.map((ref) => `node:${ref}`)]));
  const chars = [...labels].reduce((sum, label) => sum + label.length, 0);
  return {
    tenant: first?.tenant ?? "",
    key: first?.archive?.key ?? "",
    firstAt: first?.createdAt ?? 0,
    lastAt: last?.createdAt ?? 0,
    ...sumsOf(runs),
    rings: [...new Set(runs.map(({ runId }) => ringOf(runId) ?? 0))].sort((a, b) => a - b),
    labels: chars > MOST_LABEL_CHARS ? null : [...labels].sort(),
    offset: first?.archive?.offset ?? 0,
    index,
    strip: encodeStrip(
      runs.map(({ runId, createdAt, archive }) => ({
        ...{ at: createdAt, print: printOf(runId) },
        ...{ offset: archive?.offset ?? 0, length: archive?.length ?? 0 },
      })),
    ),
  };
}

/** What is counted of runs together. */
export const sumsOf = (runs: readonly RunSummary[]): Pick<RunPart, "runs" | "steps" | "cachedSteps"> => ({
  runs: runs.length,
  steps: runs.reduce((sum, run) => sum + run.steps, 0),
  cachedSteps: runs.reduce((sum, run) => sum + run.cachedSteps, 0),
});
