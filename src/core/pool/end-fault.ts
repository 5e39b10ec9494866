import { fault, type Fault } from "../errors.ts";
import type { PoolEnd } from "./pool-item.ts";

/** What an attempt is told when its item leaves the pool without an answer. None of it says anything about the node but that it took too long. */
export function endFault(end: PoolEnd): Fault {
  const { item, lease } = end.entry;
  const pool = item.id.pool ?? item.kind;
  if (end.why === "queue") return queueFault(end, pool);
  const runner = `the runner ${lease?.nodeId ?? "of the item"}`;
  if (end.why === "time") {
    const message = `${item.node}@${item.version} did not end within ${item.timeoutMs} ms on ${runner}`;
    return fault("TIMEOUT_ERROR", message);
  }
  if (end.why === "given back") return fault("RUNNER_LOST", `${runner} gave the work item back`, { blameless: true });
  return fault("RUNNER_LOST", `${runner} was not heard of any more`, { blameless: true });
}

function queueFault({ entry, alive }: Extract<PoolEnd, { why: "queue" }>, pool: string): Fault {
  const { kind, offeredAt, queueUntil } = entry.item;
  const waited = `it waited ${Math.max(0, queueUntil - offeredAt)} ms`;
  const only = kind === pool ? "" : ` for ${kind} nodes`;
  const hint = `start one: onex runner --pool ${pool}`;
  const options = { retryable: false, blameless: true, details: { pool, alive } } as const;
  if (alive === 0)
    return fault("QUEUE_TIMEOUT", `no runner of pool ${pool}${only} is alive; ${waited}`, { ...options, hint });
  const busy =
    alive === 1 ? `the one runner of pool ${pool}${only} was` : `all ${alive} runners of pool ${pool}${only} were`;
  return fault("QUEUE_TIMEOUT", `${busy} busy; ${waited}`, {
    ...options,
    hint: "start more runners, give them more concurrency, or raise execution.queue_timeout_ms",
  });
}
