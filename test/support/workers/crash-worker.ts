import { deliveries } from "../../../workers/queues/deliveries.ts";
import worker from "../../../workers/index.ts";
import { deploy, portsOf, type Deployment } from "../../../workers/env.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import { DEFAULT_RING } from "../../../src/app/ring/ports.ts";
import { handler } from "../../../src/infra/handlers/handler-lifecycle.ts";
import type { NodeCall, NodeOutput } from "../../../src/spi/handler.ts";

/*
 * The Worker as it is, with nodes that misbehave on purpose: whatever has entrypoint type `noop` and the target `crash_…`
 * is done here. Effects are recorded in a process that outlives the Worker's.
 */

// The classes of its objects, whichever there are.
export * from "../../../workers/index.ts";

// A killed local queue has lost its archive messages; half a minute of waiting for each would teach nothing.
Object.assign(DEFAULT_RING, { archiveRetryMs: 2_000 });

/** What the crash command adds to the variables. */
type CrashEnv = Env & { readonly CRASH_SINK: string };

const SLOW_MS = 60;
/** Attempts of the flaky node that fail. */
const FLAKES = 2;

const deployments = new WeakMap<Env, Deployment>();

function deploymentOf(env: CrashEnv): Deployment {
  const known = deployments.get(env);
  if (known) return known;
  const ports = portsOf(env);
  const noop = handler({
    type: "noop",
    version: "1.0.0",
    supportedOperations: ["node.execute"],
    execute: (call) => act(call, env),
  });
  const made = deploy(env, {
    ...ports,
    handlers: (world) => [...ports.handlers(world).filter(({ type }) => type !== noop.type), noop],
  });
  deployments.set(env, made);
  return made;
}

async function act(call: NodeCall, env: CrashEnv): Promise<NodeOutput> {
  const { input, attempt } = call;
  switch (call.node.entrypoint.target) {
    case "crash_record": {
      const receipt = await record(call, env.CRASH_SINK);
      return { result: { "crash.receipt": receipt }, events: [{ type: "recorded", receipt }] };
    }
    case "crash_flaky":
      if (attempt <= FLAKES) throw new RuntimeHostError(fault("CONNECTION_ERROR", `attempt ${attempt} fails`));
      return { result: { "crash.passed": "at last" } };
    case "crash_fail":
      throw new RuntimeHostError(fault("REQUEST_REJECTED", "this node always fails"));
    case "crash_large":
    case "crash_cached":
      return { result: { "crash.large": String(input["crash.seed"]).repeat(100_000) } };
    case "crash_measure":
      return { result: { "crash.length": String(input["crash.large"]).length } };
    case "crash_slow":
      await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      return { result: { "crash.passed": input["crash.order"] ?? null } };
    default:
      throw new RuntimeHostError(fault("NODE_NOT_FOUND", `no ${call.node.entrypoint.target} here`));
  }
}

/** Tells the sink, which gives the same key the same receipt. */
async function record(call: NodeCall, sink: string): Promise<JsonObject> {
  const { runId, stepId, attempt, idempotencyKey, input } = call;
  const body = JSON.stringify({ key: idempotencyKey, run: runId, step: stepId, attempt, input });
  const response = await fetch(sink, { method: "POST", body });
  if (!response.ok) throw new RuntimeHostError(fault("CONNECTION_ERROR", `the sink answered ${response.status}`));
  return (await response.json()) as JsonObject;
}

export default {
  fetch: worker.fetch,
  async queue(batch, env) {
    if (!batch.queue.endsWith("execute")) return worker.queue(batch, env);
    await deploymentOf(env).consume(batch.queue, deliveries(batch));
  },
  scheduled: worker.scheduled,
} satisfies ExportedHandler<CrashEnv>;
