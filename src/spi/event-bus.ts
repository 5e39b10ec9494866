import type { EventMessage, ExecuteMessage, ReplanMessage } from "../core/messages/ring-messages.ts";

/** At-least-once delivery, in no order. A rejected promise means nothing may be assumed about delivery. */
export interface EventBus {
  /** Rejects with EVENT_BUS_ERROR. Splits into platform-sized batches itself. */
  publishWork(messages: readonly (ExecuteMessage | ReplanMessage)[]): Promise<void>;
  publishEvents(messages: readonly EventMessage[]): Promise<void>;
}

/** One received message, to be settled exactly once. */
export interface Delivery<T> {
  readonly id: string;
  readonly body: T;
  readonly attempts: number;
  ack(): void;
  retry(): void;
}

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
