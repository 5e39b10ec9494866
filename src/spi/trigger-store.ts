import type { Instant } from "../core/run/model/state.ts";
import type { TriggerPart, TriggerRecord } from "../core/trigger/record.ts";

/** What is known of bus messages. All methods are safe to repeat and reject with SERVICE_UNAVAILABLE. */
export interface TriggerStore {
  /**
   * Records a message that is about to be started, in one step, and answers what stands: the record of an earlier
   * delivery, untouched; the given one as a duplicate, where an accepted message has its group and key; or the given one.
   * A refused record gives way.
   */
  claim(record: TriggerRecord): Promise<TriggerRecord>;
  /** Records that nothing was started. Changes nothing when the message was accepted. */
  refuse(record: TriggerRecord): Promise<void>;
  /** What became of an accepted message's parts. When all were refused, so is the message. */
  settle(tenant: string, id: string, parts: readonly TriggerPart[]): Promise<void>;
  get(tenant: string, id: string): Promise<TriggerRecord | null>;
  /** Forgets messages received before a moment, at most `limit`; says how many. */
  forgetBefore(before: Instant, limit: number): Promise<number>;
}
