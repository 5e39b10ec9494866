import { handlerList, type HandlerList } from "../../contracts/api/handlers.ts";
import { health, type Health } from "../../contracts/api/health.ts";
import type { GoalInput } from "../../contracts/documents/goal.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import type { Metrics } from "../../contracts/api/metrics.ts";
import { planView, type PlanRequest, type PlanView } from "../../contracts/api/plan-request.ts";
import { readAnswer } from "./answer.ts";
import { cacheClient, readMetrics, readMetricsText, type CacheClient } from "./cache.ts";
import {
  envelopeClient,
  goalEnvelope,
  nodeEnvelope,
  type EnvelopeClient,
  type SendOptions,
  type Sent,
} from "./envelopes.ts";
import { deadLetterClient, type DeadLetterClient } from "./dead-letters.ts";
import { nodeClient, type NodeClient } from "./nodes.ts";
import { quarantineClient, type QuarantineClient } from "./quarantine.ts";
import { runControlClient, type RunControlClient } from "./run-control.ts";
import { runSearchClient, type RunSearchClient } from "./run-search.ts";
import { runClient, type RunClient } from "./runs.ts";
import { createTransport, type TransportOptions } from "./transport.ts";
import { poolClient, type PoolClient } from "./pools.ts";
import { triggerClient, type TriggerClient } from "./triggers.ts";

export { OnexError } from "./onex-error.ts";

export interface ClientOptions extends TransportOptions {
  /** The source node of envelopes that name none. Default `onex-client`. */
  readonly name?: string;
  /** Makes idempotency keys. */
  readonly newKey?: () => string;
  /** Milliseconds since the epoch, for `runs.wait`. */
  readonly now?: () => number;
}

/**
 * Everything the gateway offers, under the wire's names. All methods reject with OnexError and with nothing else, and may be repeated safely but
 * for those RunControlClient names.
 */
export interface WireClient {
  readonly envelopes: EnvelopeClient;
  readonly runs: RunClient & RunControlClient & RunSearchClient;
  readonly deadLetters: DeadLetterClient;
  readonly quarantine: QuarantineClient;
  readonly triggers: TriggerClient;
  readonly nodes: NodeClient;
  readonly plans: {
    /** The plan of a goal or graph, without running anything. */
    preview(request: PlanRequest, options?: { readonly registryVersion?: string }): Promise<PlanView>;
  };
  /** `goal.run`: plans and runs what produces the wanted keys. */
  goal(goal: GoalInput, options?: SendOptions): Promise<Sent>;
  /** `node.execute`: runs one node, chosen by name and, if given, a semver range. `input` is by contract key. */
  executeNode(name: string, input: JsonObject, options?: SendOptions & { readonly version?: string }): Promise<Sent>;
  readonly pools: PoolClient;
  /** What executes envelopes and nodes there, and how it is. */
  readonly handlers: { list(): Promise<HandlerList> };
  readonly cache: CacheClient;
  /** The system in numbers. */
  metrics(): Promise<Metrics>;
  /** The same in the text format of Prometheus. */
  metricsText(): Promise<string>;
  /** An unhealthy answer is an answer: see `healthy`. */
  health(): Promise<Health>;
}

/** A client whose answers are as they travel: what the command prints with `--json`. */
export function createWireClient(options: ClientOptions): WireClient {
  const transport = createTransport(options);
  const once = createTransport({ ...options, maxRetries: 0 });
  const newKey = options.newKey ?? (() => crypto.randomUUID());
  const envelopes = envelopeClient(transport, options.name ?? "onex-client", newKey);
  return {
    envelopes,
    runs: {
      ...runClient(transport, options.now ?? Date.now),
      ...runControlClient(transport, once, newKey),
      ...runSearchClient(transport),
    },
    deadLetters: deadLetterClient(transport),
    quarantine: quarantineClient(transport),
    triggers: triggerClient(transport, options.name ?? "onex-client", newKey, options.now ?? Date.now),
    nodes: nodeClient(transport),
    plans: {
      async preview(body, { registryVersion } = {}) {
        const headers: Record<string, string> =
          registryVersion === undefined ? {} : { "x-onex-registry-version": registryVersion };
        return readAnswer(planView, (await transport.json({ method: "POST", path: "/v1/plans", headers, body })).body);
      },
    },
    goal: (goal, sendOptions) => envelopes.send(goalEnvelope(goal), sendOptions),
    executeNode: (name, input, { version, ...sendOptions } = {}) =>
      envelopes.send(nodeEnvelope(name, input, version), sendOptions),
    pools: poolClient(transport, once),
    handlers: {
      list: async () => readAnswer(handlerList, (await transport.json({ method: "GET", path: "/v1/handlers" })).body),
    },
    cache: cacheClient(transport),
    metrics: () => readMetrics(transport),
    metricsText: () => readMetricsText(transport),
    async health() {
      return readAnswer(health, (await transport.json({ method: "GET", path: "/health", accept: [503] })).body);
    },
  };
}
