import type { StepPool } from "../plan/model/plan.ts";
import { poolOf, runsIn } from "./entrypoints.ts";
import type { NodeDefinition } from "./node.ts";

/** How long an attempt waits for a runner where its node was registered before there were pools, in milliseconds. */
const DEFAULT_QUEUE_MS = 60_000;

/** Where steps of the node wait for a runner; undefined where no runner executes them. */
export function stepPool(node: NodeDefinition): StepPool | undefined {
  if (!runsIn(node, "pool")) return undefined;
  const { pool: name, queueTimeoutMs } = node.runner ?? {
    pool: poolOf(node.entrypoint.type),
    queueTimeoutMs: DEFAULT_QUEUE_MS,
  };
  return { name, queueTimeoutMs };
}
