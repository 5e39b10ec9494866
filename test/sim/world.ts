import type { WorkItem } from "../../src/core/run/dispatch/work-item.ts";
import type { RingSettings } from "../../src/app/ring/ports.ts";
import type { NodeRegistry } from "../../src/spi/node-registry.ts";
import type { HandOver } from "../../src/spi/run-coordinator.ts";
import { sampleArtifacts } from "../support/sample-node.ts";
import { WatchedIndex } from "./audit/archive.ts";
import { CachedAudit } from "./audit/cached.ts";
import { ClientAudit } from "./audit/clients.ts";
import { CommitAudit } from "./audit/commits.ts";
import type { Findings } from "./audit/findings.ts";
import { HandOverAudit } from "./audit/hand-over.ts";
import { LimitAudit } from "./audit/limits.ts";
import { MessageAudit } from "./audit/messages.ts";
import { PlanAudit } from "./audit/plans.ts";
import { openBackends, type Backends } from "./backends.ts";
import type { Plant, RingCalls } from "./bugs/bug.ts";
import { Clients } from "./clients.ts";
import { employ } from "./consumers.ts";
import { ExecutionLog } from "./execution-log.ts";
import { Isolates } from "./isolates.ts";
import { RingSlot } from "./ring-slot.ts";
import type { Scenario } from "./scenario.ts";
import { definitionOf, LONG_SLEEP, WAITS } from "./sim-node.ts";
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
  readonly scenario: Scenario;
  readonly slots: readonly RingSlot[];
  readonly backends: Backends;
  readonly index: WatchedIndex;
  readonly isolates: Isolates;
  readonly commits: CommitAudit;
  readonly told: ClientAudit;
  readonly clients: Clients;
  readonly executions: ExecutionLog;
  readonly limits: LimitAudit;
  readonly handOvers: HandOverAudit;
}

export async function buildWorld(
  seed: number,
  scenario: Scenario,
  universe: Universe,
  findings: Findings,
  plant: Plant,
): Promise<World> {
  const executions = new ExecutionLog();
  const plans = new PlanAudit(findings);
  const cached = new CachedAudit(findings, universe.timeline, scenario.nodes);
  const commits = new CommitAudit(findings, executions, {
    timeline: universe.timeline,
    keyMemoryMs: SETTINGS.keyMemoryMs,
    witnesses: [plans, cached],
  });
  const told = new ClientAudit(findings);
  const slots: RingSlot[] = [];
  const messages = new MessageAudit(findings, commits, slots);
  const handOvers = new HandOverAudit(findings, commits);
  const doors = Array.from({ length: RINGS }, (_, number) =>
    doorOf(() => slots[number] as RingSlot, { messages, plans, handOvers }),
  );
  const bare = openBackends(seed, universe, doors);
  const index = new WatchedIndex(bare, bare.blobs, findings);
  const limits = new LimitAudit(findings, universe.timeline, messages);
  executions.onBegin = (execution, call) => limits.begun(execution, call);
  const backends: Backends = {
    ...bare,
    parts: index.parts,
    deadLetters: messages.watch(bare.deadLetters),
    limiter: limits.watch(plant.limiter?.(bare.limiter) ?? bare.limiter),
  };
  slots.push(...ringSlots(universe, sending(backends, handOvers), commits, findings, plant));
  await register(scenario, backends.registry, universe.timeline.now);
  const { nodes, tenantSlots } = scenario;
  const place = { nodes, executions, handOvers, settings: SETTINGS, rings: RINGS, tenantSlots, plant };
  const isolates = new Isolates(universe, { backends, ...place });
  employ(universe, { backends, isolates, executions, messages });
  const clients = new Clients(universe, {
    ...{ isolates, scenario, ids: backends.ids, rings: RINGS, backends },
    ...{ audit: told, commits, findings },
  });
  return { scenario, slots, backends, index, isolates, commits, told, clients, executions, limits, handOvers };
}

function ringSlots(
  universe: Universe,
  { bus, triggerBus }: Backends,
  witness: CommitAudit,
  findings: Findings,
  plant: Plant,
): readonly RingSlot[] {
  const options = {
    bus,
    triggerBus,
    settings: SETTINGS,
    witness,
    plant,
    onRawException: (where: string, thrown: unknown) =>
      findings.add("coded", `${where}: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`),
    onAlarmLoop: (ring: string) => findings.add("rests", `the alarm of ${ring} rings in a loop`),
  };
  return Array.from({ length: RINGS }, (_, number) => new RingSlot(number, universe, options));
}

/** The bus as rings know it: what they ask it to carry is noted, whatever becomes of that. */
function sending(backends: Backends, handOvers: HandOverAudit): Backends {
  const { bus } = backends;
  const publishWork: typeof bus.publishWork = (messages) => {
    handOvers.sent(messages);
    return bus.publishWork(messages);
  };
  return { ...backends, bus: { ...bus, publishWork } };
}

interface DoorAudits {
  readonly messages: MessageAudit;
  readonly plans: PlanAudit;
  readonly handOvers: HandOverAudit;
}

/** A ring as others reach it: every method crosses the boundary of its object. */
function doorOf(slot: () => RingSlot, { messages, plans, handOvers }: DoorAudits): RingCalls {
  return new Proxy({} as RingCalls, {
    get:
      (_, method: string) =>
      async (...args: readonly unknown[]) => {
        const answer = await plans.during(method, args, () => slot().call(method as keyof RingCalls, args));
        messages.heard(method, args);
        if (method === "answer")
          handOvers.handed(answer as readonly WorkItem[], (args[1] as HandOver | undefined)?.take ?? 0);
        return answer;
      },
  });
}

async function register({ nodes }: Scenario, registry: NodeRegistry, now: number): Promise<void> {
  for (const node of [...nodes, ...WAITS, LONG_SLEEP]) {
    const registered = await registry.register("default", definitionOf(node), sampleArtifacts(node.name), now);
    if (!registered.ok) throw new Error(registered.error.message);
  }
}
