import type { reduce } from "../../../src/core/run/reduce/reduce.ts";
import type { ConsumerPorts, MessageTable } from "../../../src/app/deliver/message-table.ts";
import type { RegistryCache } from "../../../src/app/registry/registry-cache.ts";
import type { Ring } from "../../../src/app/ring/ring.ts";
import type { RingPorts } from "../../../src/app/ring/ports.ts";
import type { EnvelopeService } from "../../../src/app/operations/envelope-service.ts";
import type { Limiter } from "../../../src/spi/limiter.ts";
import type { Invariant } from "../audit/findings.ts";
import type { Scenario } from "../scenario.ts";
import type { Weather } from "../weather.ts";

/** What others may call on a ring. */
export type RingCalls = { [Method in keyof Ring]: Ring[Method] };

type ConsumeWork = MessageTable["work"]["consume"];

/** Another consumer of work items. */
export const consumingWork = (change: (right: ConsumeWork) => ConsumeWork): Plant => ({
  messages: (right) => ({ ...right, work: { ...right.work, consume: change(right.work.consume) } }),
});

/** The consumers of the events queue with other ports. */
export const archivingOn = (change: (ports: ConsumerPorts) => ConsumerPorts): Plant => ({
  messages: (right) => ({
    ...right,
    archive: { ...right.archive, consume: (received, ports) => right.archive.consume(received, change(ports)) },
    started: { ...right.started, consume: (received, ports) => right.started.consume(received, change(ports)) },
  }),
});

/** A mistake somebody could make, to be planted between the parts of an otherwise right system. */
export interface Bug {
  /** What is done wrong. */
  readonly name: string;
  /** The invariants it is expected to break; one of them is found broken. */
  readonly breaks: readonly Invariant[];
  /** Whether a world has what it takes to show it: others are passed over. Absent, every world may. */
  readonly needs?: (scenario: Scenario) => boolean;
  /** In which it shows soonest; absent, each seed has its own. */
  readonly weather?: Weather;
  /** Called once a world. */
  readonly plant: () => Plant;
}

/** Where a mistake can sit. What is absent is right. */
export interface Plant {
  readonly decide?: typeof reduce;
  /** Called for each life of a ring, before `ring`. */
  readonly ringPorts?: (ports: RingPorts) => RingPorts;
  /** Called for each life of a ring. */
  readonly ring?: (ring: RingCalls) => RingCalls;
  /** Called for each life of an isolate: who does what messages ask for. */
  readonly messages?: (right: MessageTable) => MessageTable;
  /** Called for each life of an isolate: nodes as its executor and gateway know them. */
  readonly registry?: (right: RegistryCache) => RegistryCache;
  /** Called for each life of an isolate. */
  readonly envelopes?: (right: EnvelopeService) => EnvelopeService;
  /** Called once a world. */
  readonly limiter?: (right: Limiter) => Limiter;
}

/** The same, but for some of its methods; private state stays with the right one. */
export function changed<T extends object>(right: T, changes: Partial<T>): T {
  return new Proxy(right, {
    get(target, property) {
      const member: unknown = Reflect.get(property in changes ? changes : target, property);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
