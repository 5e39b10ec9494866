import { agrees, decodeIndex } from "../../core/archive/index-line.ts";
import { isPacked } from "../../core/archive/packed.ts";
import type { MarkedPart } from "../../core/archive/part.ts";
import { decodeStrip, type StripEntry } from "../../core/archive/strip.ts";
import { summaryOf, type RunSummary } from "../../core/run/model/summary.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { Log } from "../../spi/log.ts";
import { readRun } from "../runs/run-codec.ts";

export interface IndexReaderPorts {
  readonly blobs: BlobStore;
  readonly log: Log;
}

/** The records of a part that may be read, as the database knows them. */
export function liveEntries(part: MarkedPart, ports: Pick<IndexReaderPorts, "log">): readonly StripEntry[] {
  const gone = new Set(part.erased);
  return entriesOf(part, ports).filter(({ offset }) => !gone.has(offset));
}

/** The records of a part. A list of them that is damaged is told, and keeps nobody from the other parts. */
function entriesOf({ key, tenant, strip, firstAt, offset }: MarkedPart, { log }: Pick<IndexReaderPorts, "log">) {
  try {
    return decodeStrip(strip, { firstAt, offset });
  } catch {
    const fields = { correlation_id: key, code: "RECORD_UNREADABLE", object: key, tenant };
    log.error("the list of an archive object's records cannot be read: their runs are not found", fields);
    return [];
  }
}

/**
 * The runs of a part, oldest first: from the index its object carries, or from the records themselves where that index
 * cannot be read or tells of anything the database does not know. What is lost is told, and left out.
 */
export async function readPart(part: MarkedPart, ports: IndexReaderPorts): Promise<readonly RunSummary[]> {
  const strip = entriesOf(part, ports);
  const gone = new Set(part.erased);
  const line = await ports.blobs.get(part.key, part.index);
  // A line of nothing but blanks is one whose runs are all deleted, or that an eraser could not read.
  const told = line === null ? null : decodeIndex(line);
  const isTrue = told !== null && told.every((run) => isOf(part, run)) && agrees(told, strip);
  const runs = isTrue ? told : await fromRecords(part, strip, ports);
  return runs.filter(({ archive }) => archive !== null && !gone.has(archive.offset));
}

const isOf = (part: MarkedPart, { tenant, archive }: RunSummary): boolean =>
  tenant === part.tenant && archive?.key === part.key;

async function fromRecords(
  part: MarkedPart,
  strip: readonly StripEntry[],
  { blobs, log }: IndexReaderPorts,
): Promise<readonly RunSummary[]> {
  const length = strip.reduce((sum, entry) => sum + entry.length + 1, 0);
  const text = await blobs.get(part.key, { offset: part.offset, length });
  const bytes = new TextEncoder().encode(text ?? "");
  const decoder = new TextDecoder();
  let lost = 0;
  const runs = strip.flatMap((entry) => {
    const from = entry.offset - part.offset;
    const record = decoder.decode(bytes.subarray(from, from + entry.length));
    if (record.length > 0 && record.trim() === "") return [];
    const read = readRun(record);
    const { key, tenant } = part;
    const run = read.ok ? summaryOf(read.value, { key, offset: entry.offset, length: entry.length }) : null;
    if (run !== null && run.tenant === tenant && isPacked(run) && agrees([run], [entry])) return [run];
    lost++;
    return [];
  });
  if (lost > 0)
    log.error("records of an archive object are lost: their runs are not found any more", {
      ...{ correlation_id: part.key, code: "RECORD_UNREADABLE", object: part.key, lost },
    });
  else if (runs.length > 0)
    log.warn("the index of an archive object does not hold; its records were read instead", {
      ...{ correlation_id: part.key, object: part.key },
    });
  return runs;
}
