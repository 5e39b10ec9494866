import type { QueueMessage } from "../../core/messages/queue-message.ts";

/** A message as its consumer gets it. Exactly one of its two ends is called. */
export interface Received<M extends QueueMessage> {
  /** The delivery's. */
  readonly id: string;
  /** Its name, as the platform has it. */
  readonly queue: string;
  readonly message: M;
  /** As it arrived. */
  readonly body: unknown;
  /** 1 for the first delivery. */
  readonly attempts: number;
  /** What it asks for is done, or nobody wants it any more. */
  ack(): void;
  /** It could not be processed now: it comes again, or is dead with this cause. Never rejects. */
  giveBack(thrown: unknown): Promise<void>;
}

/** Each in its own time: one that fails is given back, and the others go on. */
export async function eachApart<M extends QueueMessage>(
  received: readonly Received<M>[],
  work: (one: Received<M>) => Promise<void>,
): Promise<void> {
  await Promise.all(
    received.map(async (one) => {
      try {
        await work(one);
        one.ack();
      } catch (thrown) {
        await one.giveBack(thrown);
      }
    }),
  );
}
