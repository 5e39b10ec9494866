import type { reduce } from "../../../src/core/run/reduce.ts";
import type { ExecuteMessage } from "../../../src/core/run/work.ts";
import type { ArchivePorts } from "../../../src/infra/host/archive-consumer.ts";
import type { ExecuteConsumerPorts } from "../../../src/infra/host/execute-consumer.ts";
import type { Ring, RingPorts } from "../../../src/infra/host/ring.ts";
import type { Delivery } from "../../../src/spi/event-bus.ts";

/** What others may call on a ring. */
export type RingCalls = { [Method in keyof Ring]: Ring[Method] };

type ConsumeWork = (deliveries: readonly Delivery<ExecuteMessage>[], ports: ExecuteConsumerPorts) => Promise<void>;

/** A mistake somebody could make, planted between the parts of an otherwise right system. */
export interface Bug {
  readonly name: string;
  /** Invariants it is expected to break, any of them. */
  readonly breaks: readonly string[];
  readonly decide?: typeof reduce;
  /** One call for each life of a ring. */
  readonly ringPorts?: (ports: RingPorts, ring: string) => RingPorts;
  readonly ring?: (ring: RingCalls) => RingCalls;
  readonly consumeWork?: (right: ConsumeWork) => ConsumeWork;
  readonly archivePorts?: (ports: ArchivePorts) => ArchivePorts;
}

/** The system as it is. */
export const NO_BUG: Bug = { name: "none", breaks: [] };
