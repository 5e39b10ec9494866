import { waitUntil } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { compose, type App, type Settings } from "../src/app/compose.ts";
import { BroughtNodes } from "../src/app/registry/brought-nodes.ts";
import { builtinTable } from "../src/authoring/builtin-node.ts";
import type { DefinedNode } from "../src/authoring/define-node.ts";
import type { Ports } from "../src/app/ports.ts";
import type { PoolPorts } from "../src/app/pools/pool.ts";
import { DEFAULT_RING, type RingPorts, type RingSettings } from "../src/app/ring/ports.ts";
import { fault, RuntimeHostError, type Fault } from "../src/core/errors.ts";
import type { Result } from "../src/core/result.ts";
import { readRetention, type Retention } from "../src/core/retention/settings.ts";
import { DEFAULT_LEASES } from "../src/core/run/model/event.ts";
import { d1BreakerBoard } from "../src/infra/d1/breaker-board.ts";
import { d1SqlDatabase } from "../src/infra/d1/sql-database.ts";
import { d1DeadLetterStore } from "../src/infra/d1/dead-letter-store.ts";
import { d1Figures } from "../src/infra/d1/figures.ts";
import { d1QuarantineIndex } from "../src/infra/d1/quarantine-index.ts";
import { d1NodeRegistry } from "../src/infra/d1/registry/node-registry.ts";
import { d1TrustScores } from "../src/infra/d1/registry/trust-scores.ts";
import { d1ResultCache } from "../src/infra/d1/result-cache.ts";
import { d1RunIndex } from "../src/infra/d1/runs/run-index.ts";
import { d1RunParts } from "../src/infra/d1/runs/run-parts.ts";
import { d1RunRetention } from "../src/infra/d1/runs/run-retention.ts";
import { d1ArchiveBook } from "../src/infra/d1/runs/archive-book.ts";
import { d1SequelBook } from "../src/infra/d1/runs/sequel-book.ts";
import { d1ValueBook } from "../src/infra/d1/runs/value-book.ts";
import { d1SweepMarks } from "../src/infra/d1/sweep-marks.ts";
import { d1TriggerStore } from "../src/infra/d1/trigger-store.ts";
import { durableLimiter } from "../src/infra/durable/limiter.ts";
import { placedObjects } from "../src/infra/durable/objects.ts";
import { durablePools } from "../src/infra/durable/pools.ts";
import { durableRunCoordinator } from "../src/infra/durable/run-coordinator.ts";
import type { TrustMemoryPorts } from "../src/infra/durable/trust-memory.ts";
import { durableTrustStore } from "../src/infra/durable/trust-store.ts";
import { builtinHandler } from "../src/infra/handlers/builtin-handler.ts";
import { boundWorkers, isServiceBinding } from "../src/infra/handlers/bound-workers.ts";
import { functionHandler } from "../src/infra/handlers/function-handler.ts";
import { noopHandler } from "../src/infra/handlers/noop-handler.ts";
import { queuesEventBus } from "../src/infra/queues/event-bus.ts";
import { queuesTriggerBus } from "../src/infra/queues/trigger-bus.ts";
import { r2BlobStore } from "../src/infra/r2/blob-store.ts";
import { quickJsSandbox } from "../src/infra/sandbox/quick-js-sandbox.ts";
import { workerdModule } from "../src/infra/sandbox/workerd-module.ts";
import { boundSecrets } from "../src/infra/system/bound-secrets.ts";
import { systemClock, systemIds, systemTimer } from "../src/infra/system/clock.ts";
import { consoleLog } from "../src/infra/system/console-log.ts";
import { dbHandler } from "../src/infra/handlers/db-handler.ts";
import { httpHandler } from "../src/infra/handlers/http/http-handler.ts";
import { localHandler } from "../src/infra/handlers/local-handler.ts";
import { builtinNodes } from "../src/nodes/index.ts";
import { CONTRACTS, HOST_NODES } from "../contracts/generated/runtime-contracts.ts";
import { contractTextOf, hostSetup } from "../src/app/host/host-setup.ts";
import type { HostSetup } from "../src/core/runtime-contract/read.ts";
import type { EnvelopeHandler } from "../src/spi/envelope-handler.ts";
import type { Handler } from "../src/spi/handler.ts";
import type { OnexBindings } from "./bindings.ts";

/*
 * The only file that reads bindings: they become ports, variables become settings, and the engine is composed of them.
 */

/** An engine with what its deployment says about it. */
export interface Deployment extends App {
  /** How long things are kept; a fault when the variable cannot be read. */
  readonly retention: Result<Retention, Fault>;
  readonly token: string | undefined;
  readonly environment: string;
  readonly brought: BroughtNodes;
}

/** What a project has of its own, beside what is shipped. */
export interface Brought {
  readonly nodes: readonly DefinedNode[];
  readonly handlers: readonly OwnHandler[];
}

/** Serves operations (`http.*`, `db.*`), or executes nodes of an entrypoint type. */
export type OwnHandler = EnvelopeHandler | Handler;

const NOTHING: Brought = { nodes: [], handlers: [] };

/** An engine of these bindings. */
export const deployment = (env: OnexBindings, brought: Brought = NOTHING): Deployment =>
  deploy(env, portsOf(env, brought), brought);

/** An engine on these bindings over any ports. */
export function deploy(env: OnexBindings, ports: Ports, { nodes }: Brought = NOTHING): Deployment {
  const app = compose(ports, engineSettings(env));
  return {
    ...app,
    brought: new BroughtNodes(
      { ...app.parts, nodes: app.services.nodes },
      nodes.map((node) => ({ definition: node.definition, artifacts: node.artifacts() })),
    ),
    retention: readRetention(env.RETENTION_DAYS),
    token: env.ONEX_TOKEN,
    environment: env.ENVIRONMENT,
  };
}

/** What a ring object needs besides its own storage and alarm. */
export const ringPorts = (env: OnexBindings): Omit<RingPorts, "store" | "alarm"> => ({
  ...busesOf(env),
  clock: systemClock,
  timer: systemTimer,
  log: consoleLog,
});

export const ringSettings = (env: OnexBindings): RingSettings => ({
  ...DEFAULT_RING,
  leases: { ...DEFAULT_LEASES, graceMs: Number(env.LEASE_GRACE_MS) },
});

/** What a pool object needs besides its own storage and alarm. */
export const poolPorts = (env: OnexBindings): Omit<PoolPorts, "store" | "alarm"> => ({
  coordinator: durableRunCoordinator(placedObjects(env.RINGS_NS, env.LOCATION_HINT)),
  clock: systemClock,
  timer: systemTimer,
  log: consoleLog,
});

/** What a trust memory needs besides its own storage. */
export const trustMemoryPorts = (env: OnexBindings): TrustMemoryPorts => ({
  scores: d1TrustScores(drizzle(env.DB)),
  clock: systemClock,
  log: consoleLog,
});

/** The ports of these bindings. */
export function portsOf(env: OnexBindings, brought: Brought = NOTHING): Ports {
  const db = drizzle(env.DB);
  const setup = setupOf(env, brought);
  const own = brought.handlers.filter(executesNodes);
  const blobs = r2BlobStore(env.BLOBS);
  const sandbox = quickJsSandbox({ loadModule: workerdModule });
  return {
    clock: systemClock,
    timer: systemTimer,
    ids: systemIds,
    log: consoleLog,
    background: waitUntil,
    registry: d1NodeRegistry(db, blobs),
    trust: durableTrustStore(placedObjects(env.TRUST_NS, env.LOCATION_HINT)),
    blobs,
    ...busesOf(env),
    coordinator: durableRunCoordinator(placedObjects(env.RINGS_NS, env.LOCATION_HINT)),
    limiter: durableLimiter(placedObjects(env.LIMITS_NS, env.LOCATION_HINT)),
    pools: durablePools(placedObjects(env.POOLS_NS, env.LOCATION_HINT)),
    workers: boundWorkers({ ...env }),
    deadLetters: d1DeadLetterStore(db),
    triggers: d1TriggerStore(db),
    sequels: d1SequelBook(db),
    index: d1RunIndex(db),
    parts: d1RunParts(db),
    retention: d1RunRetention(db),
    archiveBook: d1ArchiveBook(db),
    values: d1ValueBook(db),
    marks: d1SweepMarks(db),
    results: d1ResultCache(db),
    figures: d1Figures(db),
    quarantine: d1QuarantineIndex(db),
    breakerBoard: d1BreakerBoard(db),
    secrets: boundSecrets((name) => Reflect.get(env, name)),
    bindings: setup.handlers.map((bound) => ({ ...bound, handler: operationsHandler(bound.type, env, brought) })),
    handlers: (world) => [
      ...[
        builtinHandler({ ...listed(builtinNodes({ sandbox, ...world }), setup.nodes), ...builtinTable(brought.nodes) }),
        functionHandler(sandbox),
        noopHandler(),
      ].filter(({ type }) => !own.some((handler) => handler.type === type)),
      ...own,
    ],
  };
}

/** The nodes a contract lists; all when it lists none. */
const listed = <T>(table: Readonly<Record<string, T>>, slugs: readonly string[]): Readonly<Record<string, T>> =>
  slugs.length === 0 ? table : Object.fromEntries(Object.entries(table).filter(([name]) => slugs.includes(name)));

/** What the runtime contract of this deployment says; rejected with everything that is wrong with it. */
const setupOf = (env: OnexBindings, { nodes }: Brought): HostSetup =>
  hostSetup(contractTextOf(CONTRACTS, env.ENVIRONMENT, env.RUNTIME_CONTRACT), {
    environment: env.ENVIRONMENT,
    nodes: [...HOST_NODES, ...nodes.map(({ name }) => name)],
    databases: Object.entries(env).flatMap(([name, binding]) => (name !== "DB" && isDatabase(binding) ? [name] : [])),
    log: consoleLog,
    correlationId: systemIds.uuid(),
  });

const executesNodes = (handler: OwnHandler): handler is Handler => !servesOperations(handler);
const servesOperations = (handler: OwnHandler): handler is EnvelopeHandler => "targetOf" in handler;

/** A project's own handler, or the shipped one. Two of its own for one type are DUPLICATE_REGISTRATION. */
function operationsHandler(type: EnvelopeHandler["type"], env: OnexBindings, { handlers }: Brought): EnvelopeHandler {
  const [own, second] = handlers.filter(servesOperations).filter((handler) => handler.type === type);
  if (second) throw new RuntimeHostError(fault("DUPLICATE_REGISTRATION", `two handlers are for ${type}`));
  return own ?? HANDLERS[type](env);
}

const HANDLERS = {
  http: () => httpHandler({ fetch: (input, init) => fetch(input, init), clock: systemClock }),
  db: (env) =>
    dbHandler({
      database: (name) => {
        const binding: unknown = Reflect.get(env, name);
        return isDatabase(binding) ? d1SqlDatabase(binding) : null;
      },
    }),
  local: () => localHandler(),
} as const satisfies Record<EnvelopeHandler["type"], (env: OnexBindings) => EnvelopeHandler>;

const isDatabase = (binding: unknown): binding is D1Database =>
  typeof binding === "object" &&
  binding !== null &&
  // A Worker that is bound has every property one asks for.
  !isServiceBinding(binding) &&
  "prepare" in binding &&
  "withSession" in binding;

/** How queues are sent to. */
const PATIENCE = { timer: systemTimer };

const busesOf = (env: OnexBindings): Pick<Ports, "bus" | "triggerBus"> => ({
  bus: queuesEventBus(env.EXECUTE, env.EVENTS, PATIENCE),
  triggerBus: queuesTriggerBus(env.TRIGGERS, env.RESULTS, PATIENCE),
});

const engineSettings = (env: OnexBindings): Settings => ({
  rings: Number(env.RINGS),
  leases: ringSettings(env).leases,
  tenantSlots: tenantSlots(env),
});

/** Null for any number. A limit that cannot be read must not turn into none. */
function tenantSlots(env: OnexBindings): number | null {
  const text: string = env.TENANT_CONCURRENCY;
  if (/^\d{1,9}$/.test(text)) return Number(text) || null;
  const hint = 'set TENANT_CONCURRENCY to a whole number; "0" for any number';
  throw new RuntimeHostError(fault("INVALID_CONFIGURATION", `TENANT_CONCURRENCY is '${text}'`, { hint }));
}
