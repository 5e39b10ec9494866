import { fault, RuntimeHostError } from "../../core/errors.ts";
import { poolOf } from "../../core/registry/entrypoints.ts";
import { nodeRef } from "../../core/registry/node.ts";
import { stepPool } from "../../core/registry/step-pool.ts";
import { workItemToken } from "../../core/pool/work-item.ts";
import type { Clock } from "../../spi/clock.ts";
import type { Handler, NodeCall, NodeOutput } from "../../spi/handler.ts";
import type { Pools } from "../../spi/pools.ts";

/** The entrypoint types that runners execute. */
export const POOL_KINDS = ["python", "cli", "docker"] as const;

/** Puts an attempt into its node's pool: a runner takes it from there, and its answer comes by another way. */
export function poolHandler(kind: (typeof POOL_KINDS)[number], pools: Pools, clock: Clock): Handler {
  return {
    type: poolOf(kind),
    initialize: async () => undefined,
    shutdown: async () => undefined,
    execute: (call) => park(call, pools, clock.now()),
    healthCheck: async () => ({ healthy: true }),
    describe: () => ({
      handlerType: kind,
      supportedOperations: ["node.execute"],
      requiredPayloadFields: [],
      responseShape: {},
      version: "1.0.0",
    }),
  };
}

async function park(call: NodeCall, pools: Pools, now: number): Promise<NodeOutput> {
  const { node, lease, tenant, correlationId } = call;
  if (!lease) {
    const hint = "it is executed by a runner, as a step of a run";
    throw new RuntimeHostError(
      fault("INVALID_STATE", `${nodeRef(node)} cannot be executed here`, { hint, retryable: false }),
    );
  }
  const own = stepPool(node);
  const name = lease.id.pool ?? own?.name ?? node.entrypoint.type;
  const id = { ...lease.id, pool: name };
  const patience = own?.queueTimeoutMs ?? 0;
  await pools.at({ tenant, name }).offer([
    {
      token: workItemToken(id),
      id,
      correlationId,
      node: node.name,
      version: node.version,
      kind: node.entrypoint.type,
      priority: lease.priority,
      timeoutMs: lease.timeoutMs,
      offeredAt: now,
      // Whoever takes it last still has its whole time within the ring's lease.
      queueUntil: Math.min(now + patience, Math.max(now, lease.expiresAt - lease.timeoutMs)),
    },
  ]);
  return { parked: true };
}
