import { describe } from "vitest";
import { memoryBlobStore } from "../../src/infra/memory/blob-store.ts";
import { memoryDeadLetterStore } from "../../src/infra/memory/dead-letter-store.ts";
import { memoryEventBus } from "../../src/infra/memory/queues/event-bus.ts";
import { memoryNodeRegistry } from "../../src/infra/memory/node-registry.ts";
import { memoryRunBooks } from "../../src/infra/memory/runs/run-books.ts";
import { memorySweepMarks } from "../../src/infra/memory/sweep-marks.ts";
import { memoryTrustScores } from "../../src/infra/memory/trust-scores.ts";
import { memoryTrustStore } from "../../src/infra/memory/trust-store.ts";
import type { MemoryQueue } from "../../src/infra/memory/queues/queue.ts";
import { blobStoreContract } from "../support/contracts/blob-store.ts";
import { deadLetterStoreContract } from "../support/contracts/dead-letter-store.ts";
import { eventBusContract } from "../support/contracts/event-bus.ts";
import { nodeRegistryContract } from "../support/contracts/node-registry.ts";
import { quarantineIndexContract } from "../support/contracts/quarantine-index.ts";
import { packedRunsContract } from "../support/contracts/packed-runs.ts";
import { runGenerationsContract } from "../support/contracts/run-generations.ts";
import { runIndexContract } from "../support/contracts/run-index.ts";
import { runRetentionContract } from "../support/contracts/run-retention.ts";
import { runSearchContract } from "../support/contracts/run-search.ts";
import { runToldTimesContract } from "../support/contracts/run-told-times.ts";
import { sweepMarksContract } from "../support/contracts/sweep-marks.ts";
import { trustStoreContract } from "../support/contracts/trust-store.ts";

const tenant = "default";

async function drained<T>(queue: MemoryQueue<T>): Promise<T[]> {
  const bodies: T[] = [];
  await queue.drain(async (batch) => {
    for (const { body } of batch) bodies.push(body);
  });
  return bodies;
}

describe("the memory adapters keep their ports' contracts", () => {
  nodeRegistryContract("memory", async () => {
    const scores = memoryTrustScores();
    return { registry: memoryNodeRegistry(scores), scores, tenant };
  });
  blobStoreContract("memory", async () => memoryBlobStore());
  const books = async () => ({ ...memoryRunBooks(), tenant });
  runIndexContract("memory", books);
  runSearchContract("memory", books, 100);
  runRetentionContract("memory", books);
  runGenerationsContract("memory", books);
  runToldTimesContract("memory", books, 100);
  packedRunsContract("memory", async () => ({ ...memoryRunBooks(), blobs: memoryBlobStore(), tenant }), 100);
  quarantineIndexContract("memory", books);
  sweepMarksContract("memory", async () => memorySweepMarks());
  deadLetterStoreContract("memory", async () => ({ store: memoryDeadLetterStore(), tenant }), 100);
  trustStoreContract("memory", async () => {
    const scores = memoryTrustScores();
    return { trust: memoryTrustStore(scores), written: async (of, node) => scores.get(of, node), tenant };
  });
  eventBusContract("memory", async () => {
    const bus = memoryEventBus();
    return {
      bus,
      arrivedItems: async () => (await drained(bus.execute)).filter((message) => message.type === "work"),
      arrivedEvents: () => drained(bus.events),
    };
  });
});
