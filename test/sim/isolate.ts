import { memorySecrets } from "../../src/infra/memory/secrets.ts";
import { compose, type App } from "../../src/app/compose.ts";
import type { RingSettings } from "../../src/app/ring/ports.ts";
import type { Services } from "../../src/app/services.ts";
import { memoryBreakerBoard } from "../../src/infra/memory/breaker-board.ts";
import { silentLog } from "../../src/infra/memory/silent-log.ts";
import type { NodeRegistry } from "../../src/spi/node-registry.ts";
import type { Backends } from "./backends.ts";
import { changed, type Plant } from "./bugs/bug.ts";
import type { HandOverAudit } from "./audit/hand-over.ts";
import type { ExecutionLog } from "./execution-log.ts";
import { handlersOf } from "./nodes.ts";
import { overNetwork, Process } from "./process.ts";
import type { SimNode } from "./sim-node.ts";
import type { Universe } from "./universe.ts";

export interface IsolateOptions {
  readonly backends: Backends;
  readonly nodes: readonly SimNode[];
  readonly executions: ExecutionLog;
  readonly handOvers: HandOverAudit;
  readonly settings: RingSettings;
  readonly rings: number;
  readonly tenantSlots: number | null;
  readonly plant: Plant;
}

/** One life of a Worker isolate: its own clock, caches and handlers, and every port over the network. */
export interface Isolate extends Services, Pick<App, "parts" | "consume"> {
  readonly process: Process;
  readonly registry: NodeRegistry;
}

export function bootIsolate(name: string, universe: Universe, options: IsolateOptions): Isolate {
  const { nodes, executions, handOvers, settings, rings, tenantSlots, plant } = options;
  const process = new Process(name, universe);
  const { clock, timer } = process;
  const far = farPorts(options.backends, process);
  const ports = {
    ...far,
    coordinator: changed(far.coordinator, {
      // What a ring hands over is executed as if it had been delivered.
      async answer(...asked) {
        const items = await far.coordinator.answer(...asked);
        handOvers.taken(items);
        for (const item of items) executions.delivered(item, clock.now());
        return items;
      },
    }),
    pools: null,
    workers: null,
    ...{ clock, timer, log: silentLog },
    background: (work: Promise<unknown>) => void work.catch(() => undefined),
    bindings: [],
    breakerBoard: memoryBreakerBoard(),
    secrets: memorySecrets(),
    handlers: () => handlersOf(process, nodes, executions, universe),
  };
  const { services, parts, consume } = compose(ports, { rings, leases: settings.leases, tenantSlots }, plant);
  return { ...services, process, parts, consume, registry: parts.registry.writer() };
}

/** Everything that lasts, as an isolate reaches it. */
function farPorts(backends: Backends, process: Process): Backends {
  const names = { deadLetters: "dead letters", coordinator: "rings", triggerBus: "trigger bus", limiter: "limits" };
  const far = (name: string, port: unknown): unknown =>
    typeof port === "object" && port !== null && name !== "ids"
      ? overNetwork(port, (names as Readonly<Record<string, string>>)[name] ?? name, process)
      : port;
  return Object.fromEntries(Object.entries(backends).map(([name, port]) => [name, far(name, port)])) as never;
}
