import type { Delivery, LocalQueue } from "../../../spi/event-bus.ts";

export interface MemoryQueueOptions {
  /** Deliveries after the first before a message is dead. */
  readonly maxRetries?: number;
}

interface Stored {
  readonly id: string;
  readonly json: string;
  readonly attempts: number;
}

/**
 * A queue whose owner decides what is delivered when. Every body is a JSON round trip of what was sent, so sender and
 * receivers share no object. Ids are `<name>-1`, `<name>-2`, …
 */
export class MemoryQueue<T> implements LocalQueue {
  /** Called after each send: how a host that sleeps learns of new messages. */
  onSend: (() => void) | null = null;
  readonly #name: string;
  readonly #maxRetries: number;
  readonly #dead: MemoryQueue<T> | null;
  #waiting: Stored[] = [];
  #inFlight = 0;
  #sent = 0;

  /** @param dead where messages go that were retried too often; without it they are dropped */
  constructor(name: string, { maxRetries = 3 }: MemoryQueueOptions = {}, dead: MemoryQueue<T> | null = null) {
    this.#name = name;
    this.#maxRetries = maxRetries;
    this.#dead = dead;
  }

  /** Messages that wait for a delivery. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Messages delivered and not settled. */
  get inFlight(): number {
    return this.#inFlight;
  }

  send(messages: readonly T[]): void {
    if (messages.length === 0) return;
    this.#accept(messages.map((body) => JSON.stringify(body)));
  }

  /**
   * Delivers up to `max` messages; each is in flight until it is settled.
   *
   * @param choose which of the waiting messages is next, as an index below `waiting`; without it the oldest
   */
  pull(max: number, choose: (waiting: number) => number = () => 0): Delivery<T>[] {
    const deliveries: Delivery<T>[] = [];
    while (deliveries.length < max && this.#waiting.length > 0) {
      const [stored] = this.#waiting.splice(choose(this.#waiting.length), 1);
      if (!stored) break;
      deliveries.push(this.#deliver({ ...stored, attempts: stored.attempts + 1 }));
    }
    return deliveries;
  }

  async drain(consume: (batch: readonly Delivery<T>[]) => Promise<void>, batchSize = 50): Promise<void> {
    for (let batch = this.pull(batchSize); batch.length > 0; batch = this.pull(batchSize)) {
      try {
        await consume(batch);
        for (const delivery of batch) delivery.ack();
      } catch {
        for (const delivery of batch) delivery.retry();
      }
    }
  }

  #accept(bodies: readonly string[]): void {
    for (const json of bodies) this.#waiting.push({ id: `${this.#name}-${++this.#sent}`, json, attempts: 0 });
    this.onSend?.();
  }

  #bury({ json }: Stored): void {
    if (this.#dead) this.#dead.#accept([json]);
  }

  /** The first settlement counts; later ones change nothing, as on the platform. */
  #deliver(stored: Stored): Delivery<T> {
    this.#inFlight++;
    let settled = false;
    const settle = (then: () => void): void => {
      if (settled) return;
      settled = true;
      this.#inFlight--;
      then();
    };
    return {
      id: stored.id,
      body: JSON.parse(stored.json) as T,
      attempts: stored.attempts,
      ack: () => settle(() => undefined),
      retry: () =>
        settle(() => {
          if (stored.attempts > this.#maxRetries) return this.#bury(stored);
          this.#waiting.push(stored);
          this.onSend?.();
        }),
    };
  }
}
