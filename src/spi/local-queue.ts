import type { Delivery } from "./event-bus.ts";

/** A queue in this process: nothing is delivered until its owner says so. */
export interface LocalQueue {
  /** Messages that wait for a delivery. */
  readonly size: number;
  /**
   * Delivers batches until nothing waits, with the platform's rules: what the consumer settles is settled; the rest of a
   * batch is acknowledged when it returns and retried when it throws.
   */
  drain(consume: (batch: readonly Delivery<unknown>[]) => Promise<void>): Promise<void>;
}
