import type { LostWorkItem } from "../dead-letters/dead-letter.ts";
import type { RunId } from "../run/model/state.ts";
import { textOf } from "../trigger/message.ts";
import type { MessageOf, MessageType, QueueMessage } from "./queue-message.ts";

/** What a message is about, as far as it says so. */
export interface Subject {
  /** Null where a message serves runs of several tenants. */
  readonly tenant: string | null;
  readonly runId: RunId | null;
  readonly correlationId: string | null;
  /** What names the matter of the message, when it may be sent again as another message; null for its own id. */
  readonly letterId: string | null;
  /** What of a run is lost with it. */
  readonly work: LostWorkItem | null;
}

const NOTHING: Subject = { tenant: null, runId: null, correlationId: null, letterId: null, work: null };

const SUBJECTS: { readonly [T in MessageType]: (message: MessageOf<T>) => Subject } = {
  work: ({ work: { tenant, runId, correlationId, segment, epoch, steps } }) => ({
    ...{ tenant, runId, correlationId },
    letterId: null,
    work: { segment, epoch, steps: steps.map(({ id, attempt }) => ({ id, attempt })) },
  }),
  replan: ({ tenant, runId, correlationId, token }) => ({
    ...{ tenant, runId, correlationId },
    letterId: `${runId}-${token}`,
    work: null,
  }),
  // A ring asks again for the same batch until it is archived.
  archive: ({ ring, batch }) => ({
    ...NOTHING,
    letterId: `archive-${ring.toString(16).padStart(2, "0")}-${batch}`,
  }),
  started: () => NOTHING,
  // Whatever a ring says of the same runs later is the same matter.
  quarantine: ({ ring, runs }) => ({
    ...NOTHING,
    runId: runs[0] ?? null,
    letterId: `quarantine-${ring.toString(16).padStart(2, "0")}-${runs[0] ?? "none"}`,
  }),
  sequel: ({ tenant, runId, correlationId, link }) => ({
    ...{ tenant, runId, correlationId },
    letterId: `sequel-${runId}${link ? `-${link.list}-${link.index}` : ""}`,
    work: null,
  }),
  trigger: ({ tenant, trigger }) => ({ ...NOTHING, tenant, correlationId: textOf(trigger, "correlation_id") }),
};

/** What a message is about. */
export const subjectOf = <T extends MessageType>(message: MessageOf<T> & { readonly type: T }): Subject =>
  SUBJECTS[message.type](message);

/** As subjectOf, for a body that may be no message. */
export const subjectOfAny = (message: QueueMessage | null): Subject => (message ? subjectOf(message) : NOTHING);
