import { consumeArchive } from "../../src/infra/host/archive-consumer.ts";
import { consumeDeadLetters } from "../../src/infra/host/dead-letter-consumer.ts";
import { consumeWork } from "../../src/infra/host/execute-consumer.ts";
import type { RingSettings } from "../../src/infra/host/ring.ts";
import { memoryBlobStore } from "../../src/infra/memory/blob-store.ts";
import { memoryDeadLetterStore } from "../../src/infra/memory/dead-letter-store.ts";
import { memoryEventBus } from "../../src/infra/memory/event-bus.ts";
import { seededIds } from "../../src/infra/memory/ids.ts";
import { memoryNodeRegistry } from "../../src/infra/memory/node-registry.ts";
import { memoryRunCoordinator } from "../../src/infra/memory/run-coordinator.ts";
import { memoryRunIndex } from "../../src/infra/memory/run-index.ts";
import { memoryTrustScores } from "../../src/infra/memory/trust-scores.ts";
import { memoryTrustStore } from "../../src/infra/memory/trust-store.ts";
import type { Ring } from "../../src/infra/host/ring.ts";
import type { NodeRegistry } from "../../src/spi/node-registry.ts";
import { sampleArtifacts } from "../support/sample-node.ts";
import { WatchedIndex } from "./audit/archive.ts";
import { ClientAudit } from "./audit/clients.ts";
import { CommitAudit } from "./audit/commits.ts";
import type { Findings } from "./audit/findings.ts";
import { MessageAudit } from "./audit/messages.ts";
import type { Plant, RingCalls } from "./bugs/bug.ts";
import { Clients } from "./clients.ts";
import { Courier } from "./courier.ts";
import { ExecutionLog } from "./execution-log.ts";
import { Isolates, type Backends } from "./isolates.ts";
import { RingSlot } from "./ring-slot.ts";
import { definitionOf, type Scenario } from "./scenario.ts";
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
  readonly bus: ReturnType<typeof memoryEventBus>;
  readonly backends: Backends;
  readonly index: WatchedIndex;
  readonly commits: CommitAudit;
  readonly told: ClientAudit;
  readonly clients: Clients;
  readonly executions: ExecutionLog;
}

export async function buildWorld(seed: number, scenario: Scenario, universe: Universe, findings: Findings, plant: Plant): Promise<World> {
  const executions = new ExecutionLog();
  const commits = new CommitAudit(findings, executions);
  const told = new ClientAudit(findings);
  const scores = memoryTrustScores();
  const bus = memoryEventBus();
  const blobs = memoryBlobStore();
  const index = new WatchedIndex(memoryRunIndex(), blobs, findings);
  const onRawException = (where: string, thrown: unknown): void =>
    findings.add("coded", `${where}: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`);
  const onAlarmLoop = (ring: string): void => findings.add("rests", `the alarm of ${ring} rings in a loop`);
  const rings = { bus, settings: SETTINGS, witness: commits, plant, onRawException, onAlarmLoop };
  const slots = Array.from({ length: RINGS }, (_, number) => new RingSlot(number, universe, rings));
  const messages = new MessageAudit(findings, commits, slots);
  const doors = slots.map((slot) => doorOf(slot, messages));
  const backends: Backends = {
    registry: memoryNodeRegistry(scores),
    blobs,
    index,
    trust: memoryTrustStore(scores),
    coordinator: memoryRunCoordinator((number) => doors[number] as Ring),
    deadLetters: memoryDeadLetterStore(),
    ids: seededIds(seed),
  };
  await register(scenario, backends.registry, universe.timeline.now);
  const isolates = new Isolates(universe, { backends, nodes: scenario.nodes, executions, settings: SETTINGS, rings: RINGS });
  carry(universe, bus, isolates, executions, messages, plant);
  const clients = new Clients(universe, { isolates, scenario, ids: backends.ids, rings: RINGS, audit: told, findings });
  return { slots, bus, backends, index, commits, told, clients, executions };
}

/** A ring as others reach it: every method crosses the boundary of its object. */
function doorOf(slot: RingSlot, messages: MessageAudit): RingCalls {
  return new Proxy({} as RingCalls, {
    get: (_, method: string) =>
      async (...args: readonly unknown[]) => {
        const answer = await slot.call(method as keyof RingCalls, args);
        messages.heard(method, args);
        return answer;
      },
  });
}

async function register({ nodes }: Scenario, registry: NodeRegistry, now: number): Promise<void> {
  for (const node of nodes) {
    const registered = await registry.register("default", definitionOf(node), sampleArtifacts(node.name), now);
    if (!registered.ok) throw new Error(registered.error.message);
  }
}

function carry(
  universe: Universe,
  bus: World["bus"],
  isolates: Isolates,
  executions: ExecutionLog,
  messages: MessageAudit,
  plant: Plant,
): void {
  const consume = plant.consumeWork?.(consumeWork) ?? consumeWork;
  let turn = 0;
  const next = (role: string) => isolates.get(`${role}-${turn++ % 2 === 0 ? "a" : "b"}`);
  new Courier(universe, {
    name: "work",
    queue: bus.work,
    settled: (delivery, verdict) => messages.workSettled(delivery, verdict),
    consumer: () => {
      const { process, execute } = next("executor");
      return {
        process,
        consume: (batch) => {
          for (const { id, body } of batch) {
            executions.delivered(body.work, process.clock.now());
            messages.workDelivered(id, body.work, process.clock.now());
          }
          return consume(batch, execute);
        },
      };
    },
  });
  new Courier(universe, {
    name: "events",
    queue: bus.events,
    settled: (delivery, verdict) => messages.eventSettled(delivery, verdict),
    consumer: () => {
      const { process, archive } = next("archiver");
      const ports = plant.archivePorts?.(archive) ?? archive;
      return { process, consume: (batch) => consumeArchive(batch, ports) };
    },
  });
  for (const [name, queue] of [["dead work", bus.deadWork], ["dead events", bus.deadEvents]] as const) {
    new Courier<unknown>(universe, {
      name,
      queue,
      settled: () => undefined,
      consumer: () => {
        const { process, deadLetters } = isolates.get("undertaker");
        return { process, consume: (batch) => consumeDeadLetters(name, batch, deadLetters) };
      },
    });
  }
}
