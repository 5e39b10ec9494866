import { keysOf } from "../../../contracts/json/narrow.ts";
/** A queue that we consume. */
export type QueueName = "execute" | "events" | "triggers";

/** What a queue promises. */
export interface QueueTraits {
  /** How often a message is delivered again before it is dead. Equal to `max_retries` in wrangler.toml. */
  readonly maxRetries: number;
}

export const QUEUES: Readonly<Record<QueueName, QueueTraits>> = {
  execute: { maxRetries: 3 },
  events: { maxRetries: 5 },
  triggers: { maxRetries: 5 },
};

/** The same for the queue of each one's dead messages: what even there cannot be recorded is lost. */
export const DEAD_QUEUE: QueueTraits = { maxRetries: 5 };

const DEAD_SUFFIX = "-dlq";

/** What a queue is to us: `onex-production-execute-dlq` has the dead messages of `execute`. Null for somebody else's. */
export interface QueueRole {
  readonly queue: QueueName;
  readonly isDead: boolean;
}

/** The queue that a name means: its own, or one that ends in `-` and its own. */
export function queueNamed(name: string): QueueRole | null {
  const isDead = name.endsWith(DEAD_SUFFIX);
  const bare = isDead ? name.slice(0, -DEAD_SUFFIX.length) : name;
  const queue = keysOf(QUEUES).find((own) => bare === own || bare.endsWith(`-${own}`));
  return queue === undefined ? null : { queue, isDead };
}

/** The name without what marks the queue of the dead. */
export const livingName = (name: string): string => name.replace(/-dlq$/, "");
