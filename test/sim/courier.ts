import type { MemoryQueue } from "../../src/infra/memory/queues/queue.ts";
import type { Delivery } from "../../src/spi/event-bus.ts";
import type { Process } from "./process.ts";
import type { Universe } from "./universe.ts";
import type { Fate } from "./weather.ts";

/** A message whose consumer died, or that was handed back, comes again after this long. */
const REDELIVERY_MS = 1_500;
/** How long a message is held back. */
const DELAY_MS: Partial<Record<Fate<"delivery">, number>> = {
  "after 300 ms": 300,
  "after 6 s": 6_000,
  "after 50 s": 50_000,
};
/** How long after the first delivery the second comes. */
const AGAIN_MS: Partial<Record<Fate<"delivery">, number>> = { twice: 1, "twice, 8 s apart": 8_000 };
/** A batch is at most this long. */
const MAX_BATCH = 10;

export interface CourierOptions<T> {
  readonly name: string;
  readonly queue: MemoryQueue<T>;
  /** The isolate that takes the next batch, and what it does with it. */
  readonly consumer: () => {
    readonly process: Process;
    readonly consume: (batch: readonly Delivery<T>[]) => Promise<void>;
  };
  /** True for a queue that loses nothing. */
  readonly keeps?: boolean;
  /** A consumer's word on a message is about to count. */
  readonly settled: (delivery: Delivery<T>, verdict: "ack" | "retry") => void;
}

interface Parcel<T> {
  readonly delivery: Delivery<T>;
  /** A second delivery of the same message: what its consumer says does not count. */
  readonly copy: boolean;
}

/**
 * Carries a queue's messages to its consumers, late, lost, twice and in any order. Verdicts count when the consumer's
 * invocation has ended, as on the platform; one that dies has said nothing.
 */
export class Courier<T> {
  readonly #universe: Universe;
  readonly #options: CourierOptions<T>;
  #due = false;

  constructor(universe: Universe, options: CourierOptions<T>) {
    this.#universe = universe;
    this.#options = options;
    options.queue.onSend = () => this.#collectSoon();
  }

  #collectSoon(): void {
    if (this.#due) return;
    this.#due = true;
    this.#universe.timeline.after(1, () => this.#collect());
  }

  #collect(): void {
    this.#due = false;
    const { queue, name, keeps = false } = this.#options;
    const { decisions, timeline, note } = this.#universe;
    const prompt: Parcel<T>[] = [];
    for (const delivery of queue.pull(queue.size)) {
      const fate = decisions.choose(`deliver ${name}`, "delivery");
      if (fate !== "at once") note(name, `${delivery.id} is delivered ${fate}`);
      if (fate === "lost" && !keeps) {
        delivery.ack();
        continue;
      }
      const delayMs = DELAY_MS[fate];
      if (delayMs !== undefined) timeline.after(delayMs, () => this.#hand([{ delivery, copy: false }]));
      else prompt.push({ delivery, copy: false });
      const againMs = AGAIN_MS[fate];
      if (againMs !== undefined) timeline.after(againMs, () => this.#hand([{ delivery, copy: true }]));
    }
    for (let at = 0; at < prompt.length; at += MAX_BATCH) this.#hand(prompt.slice(at, at + MAX_BATCH));
  }

  #hand(parcels: readonly Parcel<T>[]): void {
    const { consumer, name } = this.#options;
    const { process, consume } = consumer();
    this.#universe.note(process.name, `takes ${parcels.map(({ delivery }) => delivery.id).join(", ")} of ${name}`);
    const verdicts = new Map<string, "ack" | "retry">();
    const say = (id: string, verdict: "ack" | "retry"): void => void (verdicts.has(id) || verdicts.set(id, verdict));
    const finish = (otherwise: "ack" | "retry"): void => {
      forget();
      for (const parcel of parcels) this.#settle(parcel, verdicts.get(parcel.delivery.id) ?? otherwise);
    };
    const forget = process.onDeath(() => {
      verdicts.clear();
      finish("retry");
    });
    const batch = parcels.map(({ delivery: { id, body, attempts } }) => ({
      id,
      body,
      attempts,
      ack: () => say(id, "ack"),
      retry: () => say(id, "retry"),
    }));
    void consume(batch).then(
      () => process.dead || finish("ack"),
      () => process.dead || finish("retry"),
    );
  }

  #settle({ delivery, copy }: Parcel<T>, verdict: "ack" | "retry"): void {
    if (copy) return;
    this.#options.settled(delivery, verdict);
    if (verdict === "ack") delivery.ack();
    else this.#universe.timeline.after(REDELIVERY_MS, () => delivery.retry());
  }
}
