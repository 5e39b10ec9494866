import type { Ring, RingSettings } from "../../src/infra/host/ring.ts";
import { memoryBlobStore } from "../../src/infra/memory/blob-store.ts";
import { memoryDeadLetterStore } from "../../src/infra/memory/dead-letter-store.ts";
import { memoryEventBus, type MemoryEventBus } from "../../src/infra/memory/event-bus.ts";
import { seededIds } from "../../src/infra/memory/ids.ts";
import { memoryNodeRegistry } from "../../src/infra/memory/node-registry.ts";
import { memoryRunBooks } from "../../src/infra/memory/run-books.ts";
import { memoryRunCoordinator } from "../../src/infra/memory/run-coordinator.ts";
import { memoryTrustScores } from "../../src/infra/memory/trust-scores.ts";
import { memoryTrustStore } from "../../src/infra/memory/trust-store.ts";
import type { NodeRegistry } from "../../src/spi/node-registry.ts";
import { sampleArtifacts } from "../support/sample-node.ts";
import { WatchedIndex } from "./audit/archive.ts";
import { ClientAudit } from "./audit/clients.ts";
import { CommitAudit } from "./audit/commits.ts";
import type { Findings } from "./audit/findings.ts";
import { MessageAudit } from "./audit/messages.ts";
import type { Plant, RingCalls } from "./bugs/bug.ts";
import { Clients } from "./clients.ts";
import { employ } from "./consumers.ts";
import { ExecutionLog } from "./execution-log.ts";
import { Isolates, type Backends } from "./isolates.ts";
import { RingSlot } from "./ring-slot.ts";
import type { Scenario } from "./scenario.ts";
import { definitionOf, WAITS } from "./sim-node.ts";
import type { Universe } from "./universe.ts";

export const RINGS = 2;

/** Short times, so that much happens in little of it; the memory of keys outlasts the healing. */
export const SETTINGS: RingSettings = {
  leases: { graceMs: 1_000, maxExpiries: 3 },
  flushMs: 1_000,
  keyMemoryMs: 6 * 60 * 60 * 1_000,
  archiveRetryMs: 15_000,
};

/** The whole system with every component in its place and the world between them. */
export interface World {
  readonly slots: readonly RingSlot[];
  readonly bus: MemoryEventBus;
  readonly backends: Backends;
  readonly index: WatchedIndex;
  readonly isolates: Isolates;
  readonly commits: CommitAudit;
  readonly told: ClientAudit;
  readonly clients: Clients;
  readonly executions: ExecutionLog;
}

export async function buildWorld(
  seed: number,
  scenario: Scenario,
  universe: Universe,
  findings: Findings,
  plant: Plant,
): Promise<World> {
  const executions = new ExecutionLog();
  const commits = new CommitAudit(findings, executions);
  const told = new ClientAudit(findings);
  const bus = memoryEventBus();
  const slots = ringSlots(universe, bus, commits, findings, plant);
  const messages = new MessageAudit(findings, commits, slots);
  const doors = slots.map((slot) => doorOf(slot, messages));
  const blobs = memoryBlobStore();
  const books = memoryRunBooks();
  const index = new WatchedIndex(books.index, blobs, findings);
  const scores = memoryTrustScores();
  const backends: Backends = {
    ...books,
    index,
    registry: memoryNodeRegistry(scores),
    blobs,
    trust: memoryTrustStore(scores),
    coordinator: memoryRunCoordinator((number) => doors[number] as Ring),
    deadLetters: messages.watch(memoryDeadLetterStore()),
    bus,
    ids: seededIds(seed),
  };
  await register(scenario, backends.registry, universe.timeline.now);
  const { nodes } = scenario;
  const isolates = new Isolates(universe, { backends, nodes, executions, settings: SETTINGS, rings: RINGS });
  employ(universe, { bus, isolates, executions, messages, plant });
  const clients = new Clients(universe, { isolates, scenario, ids: backends.ids, rings: RINGS, audit: told, findings });
  return { slots, bus, backends, index, isolates, commits, told, clients, executions };
}

function ringSlots(
  universe: Universe,
  bus: MemoryEventBus,
  witness: CommitAudit,
  findings: Findings,
  plant: Plant,
): readonly RingSlot[] {
  const options = {
    bus,
    settings: SETTINGS,
    witness,
    plant,
    onRawException: (where: string, thrown: unknown) =>
      findings.add("coded", `${where}: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`),
    onAlarmLoop: (ring: string) => findings.add("rests", `the alarm of ${ring} rings in a loop`),
  };
  return Array.from({ length: RINGS }, (_, number) => new RingSlot(number, universe, options));
}

/** A ring as others reach it: every method crosses the boundary of its object. */
function doorOf(slot: RingSlot, messages: MessageAudit): RingCalls {
  return new Proxy({} as RingCalls, {
    get:
      (_, method: string) =>
      async (...args: readonly unknown[]) => {
        const answer = await slot.call(method as keyof RingCalls, args);
        messages.heard(method, args);
        return answer;
      },
  });
}

async function register({ nodes }: Scenario, registry: NodeRegistry, now: number): Promise<void> {
  for (const node of [...nodes, ...WAITS]) {
    const registered = await registry.register("default", definitionOf(node), sampleArtifacts(node.name), now);
    if (!registered.ok) throw new Error(registered.error.message);
  }
}
