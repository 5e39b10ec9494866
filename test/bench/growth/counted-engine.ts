import type { JsonObject } from "../../../contracts/json/json.ts";
import { acceptEnvelope } from "../../../src/core/envelope/envelope.ts";
import { builtinHandler } from "../../../src/infra/handlers/builtin-handler.ts";
import { Ring } from "../../../src/app/ring/ring.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { memoryEngine, type MemoryPorts, type MemoryEngine } from "../../../src/embedded/memory-engine.ts";
import { seededIds } from "../../../src/infra/memory/ids.ts";
import { memoryRingStore } from "../../../src/infra/memory/runs/ring-store.ts";
import { memoryRunCoordinator } from "../../../src/infra/memory/runs/run-coordinator.ts";
import { systemTimer } from "../../../src/infra/system/clock.ts";
import { noop } from "../../../src/nodes/noop/node.ts";
import type { BlobStore } from "../../../src/spi/blob-store.ts";
import type { RingStore } from "../../../src/spi/ring-store.ts";
import { nodeTexts } from "../engine/nodes.ts";
import { CALL } from "../../support/call.ts";

/** What the rings and queues of an engine have been asked for. */
export interface Traffic {
  rowsWritten: number;
  /** Characters of JSON. */
  charsWritten: number;
  messages: number;
  messageChars: number;
}

/** The whole system in one process on one ring, its storage and queues counted, driven by hand. */
export interface CountedEngine {
  readonly engine: MemoryEngine;
  readonly traffic: Traffic;
  /** Sends a graph; resolves when the gateway has answered. */
  send(payload: JsonObject): Promise<void>;
  /** Delivers messages until none is left. No time passes. */
  deliver(): Promise<void>;
  /** Lets finished runs leave for the archive. */
  archive(): Promise<void>;
  /** Characters the ring's storage holds. */
  ringChars(): number;
  /** Characters the blob store holds. */
  blobChars(): number;
  advance(ms: number): void;
}

const START = Date.UTC(2026, 0, 1);
/** Longer than finished runs gather. */
const FLUSH_MS = 1_500;

export async function countedEngine(): Promise<CountedEngine> {
  const clock = fixedClock(START);
  const ids = seededIds(1, clock);
  const traffic: Traffic = { rowsWritten: 0, charsWritten: 0, messages: 0, messageChars: 0 };
  const stored = new Map<string, number>();
  const blobs = new Map<string, number>();
  const store = countedStore(memoryRingStore(), traffic, stored);
  let alarmAt: number | null = null;
  let ring: Ring | null = null;
  const withRing = (bare: MemoryPorts): MemoryPorts => {
    const bus = {
      publishWork: (messages: Parameters<typeof bare.bus.publishWork>[0]) => {
        traffic.messages += messages.length;
        for (const message of messages) traffic.messageChars += JSON.stringify(message).length;
        return bare.bus.publishWork(messages);
      },
      publishEvents: bare.bus.publishEvents,
    };
    const alarm = { arm: (at: number) => void (alarmAt = at) };
    const only = (ring = new Ring(0, {
      store,
      alarm,
      bus,
      triggerBus: bare.triggerBus,
      clock,
      timer: systemTimer,
      log: silentLog,
    }));
    return { ...bare, blobs: countedBlobs(bare.blobs, blobs), coordinator: memoryRunCoordinator(() => only) };
  };
  const engine = memoryEngine({
    clock,
    ids,
    timer: systemTimer,
    rings: 1,
    handlers: () => [builtinHandler({ noop })],
    ports: withRing,
  });
  for (const kind of ["pure", "effect"] as const) {
    const registered = await engine.services.nodes.register(CALL, nodeTexts(kind));
    if (!registered.ok) throw new Error(JSON.stringify(registered.error));
  }
  const deliver = async (): Promise<void> => {
    while (await engine.deliver());
  };
  const total = (sizes: ReadonlyMap<string, number>): number =>
    [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return {
    engine,
    traffic,
    async send(payload) {
      const wire = { source_node: "bench", operation: "graph.run", payload };
      const assign = { correlationId: ids.uuid(), envelopeId: ids.uuid(), now: new Date(clock.now()).toISOString() };
      const envelope = acceptEnvelope(wire, assign as never);
      if (!envelope.ok) throw new Error(JSON.stringify(envelope.error));
      const options = { waitMs: 0, registryVersion: null };
      const accepted = await engine.services.envelopes.accept(CALL, envelope.value, options);
      if (!accepted.ok) throw new Error(`${accepted.error.code}: ${accepted.error.message}`);
    },
    deliver,
    async archive() {
      clock.advance(FLUSH_MS);
      if (alarmAt === null || alarmAt > clock.now()) return;
      alarmAt = null;
      await ring?.tick();
      await deliver();
    },
    ringChars: () => total(stored),
    blobChars: () => total(blobs),
    advance: clock.advance,
  };
}

function countedStore(store: RingStore, traffic: Traffic, stored: Map<string, number>): RingStore {
  const place = (owner: string, part: string): string => JSON.stringify([owner, part]);
  return {
    ...store,
    write(owner, parts) {
      for (const { part, body } of parts) {
        traffic.rowsWritten += 1;
        traffic.charsWritten += body.length;
        stored.set(place(owner, part), body.length);
      }
      store.write(owner, parts);
    },
    remove(owner, parts) {
      for (const part of parts ?? store.read(owner).map((one) => one.part)) {
        traffic.rowsWritten += 1;
        stored.delete(place(owner, part));
      }
      store.remove(owner, parts);
    },
  };
}

const countedBlobs = (blobs: BlobStore, sizes: Map<string, number>): BlobStore => ({
  ...blobs,
  put(key, body, ...rest) {
    sizes.set(key, body.length);
    return blobs.put(key, body, ...rest);
  },
  delete(keys) {
    for (const key of keys) sizes.delete(key);
    return blobs.delete(keys);
  },
});
