import { decodeRun } from "../../core/run/codec.ts";
import type { EventMessage } from "../../core/run/work.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { Clock, Ids } from "../../spi/clock.ts";
import type { Delivery } from "../../spi/event-bus.ts";
import type { Log } from "../../spi/log.ts";
import type { ArchiveBatch, RingTrust, RunCoordinator } from "../../spi/run-coordinator.ts";
import type { RunIndex, RunSummary } from "../../spi/run-index.ts";
import type { TrustStore } from "../../spi/trust-store.ts";
import type { RegistryCache } from "./registry-cache.ts";

export interface ArchivePorts {
  readonly coordinator: RunCoordinator;
  readonly blobs: BlobStore;
  readonly index: RunIndex;
  readonly trust: TrustStore;
  readonly registry: RegistryCache;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/**
 * Moves finished runs out of their rings: all runs of a delivery become one R2 object of NDJSON lines with an index row
 * each, their trust totals reach the nodes' memories, then each ring may forget its batch. Every stage is safe to repeat;
 * whatever fails is redelivered.
 */
export async function consumeArchive(
  deliveries: readonly Delivery<EventMessage>[],
  ports: ArchivePorts,
): Promise<void> {
  const fetched = await Promise.all(deliveries.map((delivery) => fetchBatch(delivery, ports)));
  const open = fetched.flatMap((item) => (item === null ? [] : [item]));
  if (open.length === 0) return;
  try {
    await store(
      open.flatMap(({ batch }) => batch.records),
      ports,
    );
    await remember(
      open.flatMap(({ batch }) => batch.trust),
      ports,
    );
  } catch (thrown) {
    ports.log.warn("finished runs could not be archived; they stay in their rings and are tried again", {
      correlation_id: open.map(({ delivery }) => `ring-${delivery.body.ring}`).join(" "),
      error: thrown instanceof Error ? thrown.message : "unknown",
    });
    for (const { delivery } of open) delivery.retry();
    return;
  }
  await Promise.all(open.map(({ delivery }) => settle(delivery, ports)));
}

interface Open {
  readonly delivery: Delivery<EventMessage>;
  readonly batch: ArchiveBatch;
}

async function fetchBatch(delivery: Delivery<EventMessage>, ports: ArchivePorts): Promise<Open | null> {
  try {
    const batch = await ports.coordinator.batch(delivery.body.ring, delivery.body.batch);
    if (batch) return { delivery, batch };
    delivery.ack();
  } catch {
    delivery.retry();
  }
  return null;
}

async function settle(delivery: Delivery<EventMessage>, ports: ArchivePorts): Promise<void> {
  try {
    await ports.coordinator.archived(delivery.body.ring, delivery.body.batch);
    delivery.ack();
  } catch {
    delivery.retry();
  }
}

async function store(records: readonly string[], ports: ArchivePorts): Promise<void> {
  const now = ports.clock.now();
  const key = `runs/${new Date(now).toISOString().slice(0, 10)}/${ports.ids.ulid(now)}.ndjson`;
  const encoder = new TextEncoder();
  const rows: RunSummary[] = [];
  const lines: Uint8Array[] = [];
  let offset = 0;
  for (const record of records) {
    const line = encoder.encode(`${record}\n`);
    rows.push(summaryOf(record, { key, offset, length: line.length - 1 }));
    lines.push(line);
    offset += line.length;
  }
  await ports.blobs.put(key, concat(lines, offset));
  await ports.index.put(rows);
}

function summaryOf(record: string, archive: NonNullable<RunSummary["archive"]>): RunSummary {
  const { header, plan } = decodeRun(record);
  return {
    runId: header.id,
    tenant: header.tenant,
    status: header.status,
    operation: header.operation,
    correlationId: header.correlationId,
    want: plan.want,
    createdAt: header.createdAt,
    finishedAt: header.finishedAt,
    steps: plan.steps.length,
    faultCode: header.fault?.code ?? null,
    archive,
  };
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

async function remember(trust: readonly RingTrust[], ports: ArchivePorts): Promise<void> {
  const byTenant = Map.groupBy(trust, ({ tenant }) => tenant);
  for (const [tenant, totals] of byTenant) {
    const { byRef } = await ports.registry.snapshot(tenant, null, (work) => void work.catch(() => undefined));
    const reports = totals.map(({ node, source, totals: own }) => ({
      node,
      source,
      totals: own,
      declared: byRef.get(node)?.declaredTrust ?? null,
    }));
    await ports.trust.report(tenant, reports, ports.clock.now());
  }
}
