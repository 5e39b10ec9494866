import project from "../package.json" with { type: "json" };
import { builtinTable } from "../src/authoring/builtin-node.ts";
import type { DefinedNode } from "../src/authoring/define-node.ts";
import { fault, faultOf, RuntimeHostError } from "../src/core/errors.ts";
import { consoleLog } from "../src/infra/system/console-log.ts";
import { systemIds } from "../src/infra/system/clock.ts";
import { isBound, missingBindings } from "./bindings.ts";
import { scheduled } from "./cron.ts";
import { deployment, type Deployment, type OwnHandler } from "./env.ts";
import { refusedStart } from "./http/answer/refused-start.ts";
import { createApp } from "./http/app.ts";
import { Limiter } from "./objects/limiter.ts";
import { RunRing } from "./objects/run-ring.ts";
import { RunnerPool } from "./objects/runner-pool.ts";
import { TrustMemory } from "./objects/trust-memory.ts";
import { deliveries } from "./queues/deliveries.ts";

/** What a project adds to what is shipped. */
export interface OnexOptions<Bindings extends object = object> {
  /** Nodes of this Worker's own code. They are registered with the first request, as built-ins. */
  readonly nodes?: readonly DefinedNode[];
  /**
   * Handlers of its own, made once an isolate. Each takes the place of the shipped one of its type, or serves an
   * entrypoint type that none serves.
   */
  readonly handlers?: (env: Bindings) => readonly OwnHandler[];
}

/** A Worker: its handlers, and the classes of its Durable Objects, which the module exports by name. */
export interface Onex<Bindings extends object = object> {
  fetch(request: Request, env: Bindings, ctx: ExecutionContext): Promise<Response>;
  queue(batch: MessageBatch, env: Bindings): Promise<void>;
  scheduled(controller: ScheduledController, env: Bindings): Promise<void>;
  readonly RunRing: typeof RunRing;
  readonly TrustMemory: typeof TrustMemory;
  readonly Limiter: typeof Limiter;
  readonly RunnerPool: typeof RunnerPool;
}

/** An isolate's engine and its routes. */
interface Started {
  readonly engine: Deployment;
  readonly app: ReturnType<typeof createApp>;
}

/**
 * The one composition of a Worker, ours and everybody's. Throws TypeError when two nodes have one name and version; what
 * is wrong with bindings, variables or the runtime contract is INVALID_CONFIGURATION to whoever calls.
 */
export function createOnex<Bindings extends object = object>(options: OnexOptions<Bindings> = {}): Onex<Bindings> {
  const { nodes = [], handlers = () => [] } = options;
  // What cannot be is known before anything is asked.
  builtinTable(nodes);
  const started = new WeakMap<object, Started>();

  function start(env: Bindings): Started {
    const known = started.get(env);
    if (known) return known;
    if (!isBound(env)) throw new RuntimeHostError(unbound(missingBindings(env)));
    const engine = deployment(env, { nodes, handlers: handlers(env) });
    const made = { engine, app: appOf(engine) };
    started.set(env, made);
    return made;
  }

  return {
    async fetch(request, env, ctx) {
      let on: Started;
      try {
        on = start(env);
      } catch (thrown) {
        const correlationId = systemIds.uuid();
        const { code, message } = faultOf(thrown);
        consoleLog.error("the deployment does not start", { correlation_id: correlationId, code, error: message });
        return refusedStart(thrown, request, correlationId);
      }
      await register(on.engine);
      return on.app.fetch(request, env, ctx);
    },
    queue: (batch, env) => start(env).engine.consume(batch.queue, deliveries(batch)),
    async scheduled(controller, env) {
      const { engine } = start(env);
      await register(engine);
      await scheduled(controller, engine);
    },
    ...{ RunRing, TrustMemory, Limiter, RunnerPool },
  };
}

/** Whose registry holds the nodes of the deployment. */
const TENANT = "default";

async function register({ brought, parts }: Deployment): Promise<void> {
  if (!brought.isDue) return;
  await brought.register({
    tenant: TENANT,
    principal: { kind: "host", name: "deployment" },
    correlationId: parts.ids.uuid(),
    trace: null,
  });
}

function appOf({ services, parts, token, environment }: Deployment): ReturnType<typeof createApp> {
  const { log, ids, clock } = parts;
  return createApp({
    services: () => services,
    token: () => token,
    log,
    ids,
    clock,
    environment,
    version: project.version,
  });
}

const unbound = (names: readonly string[]) =>
  fault("INVALID_CONFIGURATION", `not bound here: ${names.join(", ")}`, {
    place: "wrangler.toml",
    hint: "`onex init` writes a wrangler.toml with every binding",
    retryable: false,
  });
