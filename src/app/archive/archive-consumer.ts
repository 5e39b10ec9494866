import { decodeRun } from "../runs/run-codec.ts";
import { faultOf } from "../../core/errors.ts";
import { sequelMessage, type SequelMessage } from "../../core/chain/message.ts";
import { layOut, type RecordLine } from "../../core/archive/layout.ts";
import { archiveKey } from "../../core/retention/keys.ts";
import type { Departure } from "../../core/run/reduce/departure.ts";
import { generationKey } from "../../core/run/model/generation.ts";
import type { ArchiveMessage } from "../../core/messages/ring-messages.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { Clock, Ids } from "../../spi/clock.ts";
import type { Log } from "../../spi/log.ts";
import type { ArchiveBatch, ArchiveRemainder, RunCoordinator } from "../../spi/run-coordinator.ts";
import { ROWS_TOGETHER, type RunIndex } from "../../spi/run-index.ts";
import type { ArchiveBook } from "../../spi/books/archive-book.ts";
import type { TriggerBus } from "../../spi/trigger-bus.ts";
import type { TrustStore } from "../../spi/trust-store.ts";
import { CacheWriter, type CacheWriterPorts } from "../cache/cache-writer.ts";
import type { RegistryCache } from "../registry/registry-cache.ts";
import type { Received } from "../deliver/received.ts";
import { eraseRecords } from "./archive-eraser.ts";
import { apart } from "./apart.ts";
import { reportTrust } from "./report-trust.ts";

export interface ArchivePorts extends CacheWriterPorts {
  readonly coordinator: RunCoordinator;
  readonly blobs: BlobStore;
  readonly index: RunIndex;
  readonly archiveBook: ArchiveBook;
  readonly trust: TrustStore;
  readonly registry: RegistryCache;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Where the ends of runs are announced that something follows. */
  readonly triggerBus: Pick<TriggerBus, "publishTriggers">;
}

/** An archive object stays well below what an isolate can hold, and its rows fit one transaction. */
const OBJECT_BYTES = 8 * 1024 * 1024;
const OBJECT_RUNS = ROWS_TOGETHER;

/**
 * Moves finished runs out of their rings: the runs of a delivery become R2 objects of lines that carry their own index,
 * with a row for each part of them and for each run that needs one, their trust totals reach the nodes' memories, then each
 * ring may forget its batch. Every stage is safe to repeat; whatever fails is given back, each batch by itself. A run that
 * cannot be archived whatever is tried, and a node whose memory does not answer, keep nobody else: their ring is told.
 */
export async function consumeArchive(
  received: readonly Received<ArchiveMessage>[],
  ports: ArchivePorts,
): Promise<void> {
  const fetched = await Promise.all(received.map((one) => fetchBatch(one, ports)));
  const open = fetched.flatMap((item) => (item === null ? [] : [item]));
  if (open.length === 0) return;
  try {
    await archive(open, ports);
  } catch (thrown) {
    const [only] = open;
    if (open.length === 1 && only) return giveBack(only, thrown, ports);
    for (const one of open) {
      try {
        await archive([one], ports);
      } catch (own) {
        await giveBack(one, own, ports);
      }
    }
  }
}

async function archive(open: readonly Open[], ports: ArchivePorts): Promise<void> {
  const runs = open.flatMap(({ batch }) => batch.runs);
  const refused = (await apart(runs, (some) => store(some, ports))).map(({ item, fault }) => ({
    runId: item.summary.runId,
    fault,
  }));
  const trust = open.flatMap(({ batch }) => batch.trust);
  const unreported = await reportTrust(trust, ports);
  for (const { runId, fault } of refused)
    ports.log.error("a run cannot be archived; the others are, and its ring sets it aside", {
      ...{ correlation_id: runId, run_id: runId, code: fault.code, reason: fault.message },
    });
  await Promise.all(open.map((one) => settle(one.received, { refused, unreported }, ports)));
}

async function giveBack({ received }: Open, thrown: unknown, { log }: ArchivePorts): Promise<void> {
  log.warn("finished runs could not be archived; they stay in their rings and are tried again", {
    correlation_id: `ring-${received.message.ring}`,
    code: faultOf(thrown).code,
    error: thrown instanceof Error ? thrown.message : "unknown",
  });
  await received.giveBack(thrown);
}

interface Open {
  readonly received: Received<ArchiveMessage>;
  readonly batch: ArchiveBatch;
}

async function fetchBatch(received: Received<ArchiveMessage>, ports: ArchivePorts): Promise<Open | null> {
  const { message } = received;
  try {
    const batch = await ports.coordinator.batch(message.ring, message.batch);
    if (batch) return { received, batch };
    received.ack();
  } catch (thrown) {
    await received.giveBack(thrown);
  }
  return null;
}

async function settle(
  received: Received<ArchiveMessage>,
  { refused, unreported }: ArchiveRemainder,
  ports: ArchivePorts,
): Promise<void> {
  const { message } = received;
  const whole = refused.length + unreported.length === 0;
  try {
    await ports.coordinator.archived(message.ring, message.batch, ...(whole ? [] : [{ refused, unreported }]));
    received.ack();
  } catch (thrown) {
    await received.giveBack(thrown);
  }
}

/** Writes the runs that are not archived yet. A redelivered batch usually is, and then nothing is written. */
async function store(runs: readonly Departure[], ports: ArchivePorts): Promise<void> {
  const encoder = new TextEncoder();
  const lines = new Map<string, RecordLine>();
  const cache = new CacheWriter(ports);
  const ended: SequelMessage[] = [];
  for (const { record, summary, sequel, cacheable } of runs) {
    const key = generationKey(summary);
    lines.set(key, { bytes: encoder.encode(`${record}\n`), summary });
    if (sequel) ended.push(sequelMessage({ ...summary, id: summary.runId }));
    if (cacheable) noteResults(key, record, cache, ports);
  }
  const settled = await ports.index.settled([...lines.values()].map(({ summary }) => summary));
  for (const generation of settled) lines.delete(generation);
  for (const object of objectsOf([...lines.values()])) await storeObject(object, ports);
  await cache.write(settled);
  // The ring has announced them already; this word cannot be lost, for the ring keeps its runs until it was sent.
  if (ended.length > 0) await ports.triggerBus.publishTriggers(ended);
}

/** A record that cannot be read is archived as it is, and only its results are not used again. */
function noteResults(generation: string, record: string, cache: CacheWriter, { log }: ArchivePorts): void {
  try {
    cache.note(generation, decodeRun(record));
  } catch (thrown) {
    const { code, message } = faultOf(thrown, "its results cannot be told");
    log.warn("an archived run cannot be read for the result cache", {
      correlation_id: generation,
      code,
      reason: message,
    });
  }
}

/** Cuts lines into objects of a limited size, in order. */
function objectsOf(lines: readonly RecordLine[]): readonly RecordLine[][] {
  const objects: RecordLine[][] = [];
  let room = 0;
  for (const line of lines) {
    const current = objects.at(-1);
    if (current && current.length < OBJECT_RUNS && line.bytes.length <= room) current.push(line);
    else {
      objects.push([line]);
      room = OBJECT_BYTES;
    }
    room -= line.bytes.length;
  }
  return objects;
}

/** The object first, then its rows: a crash in between leaves an object nobody refers to, which the sweep collects. */
async function storeObject(lines: readonly RecordLine[], ports: ArchivePorts): Promise<void> {
  const now = ports.clock.now();
  const key = archiveKey(now, ports.ids.ulid(now));
  const { body, rows, parts } = layOut(key, lines);
  await ports.blobs.put(key, body);
  const dead = await ports.index.put(rows, parts);
  for (const object of new Set(dead.map(({ object: of }) => of))) {
    try {
      await eraseRecords(object, ports);
    } catch {
      // They are on the list of erasures: the sweep does it.
    }
  }
}
