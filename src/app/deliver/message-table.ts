import { faultOf } from "../../core/errors.ts";
import { MESSAGE_FORMS, type MessageForm } from "../../core/messages/forms.ts";
import type { MessageOf, MessageType, QueueMessage } from "../../core/messages/queue-message.ts";
import type { QueueName } from "../../core/messages/queues.ts";
import type { EventBus } from "../../spi/event-bus.ts";
import type { TriggerBus } from "../../spi/trigger-bus.ts";
import { consumeArchive, type ArchivePorts } from "../archive/archive-consumer.ts";
import { consumeStarted } from "../archive/started-consumer.ts";
import { consumeWorkItems, type ExecuteConsumerPorts } from "../execute/execute-consumer.ts";
import { consumeReplans, type ReplanPorts } from "../plan/replan-consumer.ts";
import { noteQuarantine, standingOfQuarantine, type QuarantinePorts } from "../quarantine/note-quarantine.ts";
import { followRun } from "../triggers/run-sequels.ts";
import { takeTrigger, type TriggerPorts } from "../triggers/take-trigger.ts";
import { eachApart, type Received } from "./received.ts";
import type { Loss, LossPorts } from "./losses.ts";
import { lostQuestion, lostTrigger, lostWorkItem } from "./losses.ts";
import type { Standing } from "./standing.ts";
import {
  standingOfArchive,
  standingOfNews,
  standingOfQuestion,
  standingOfWorkItem,
  type StandingPorts,
} from "./dead-letter-standing.ts";
import { standingOfSequel, standingOfTrigger } from "./trigger-standing.ts";

/** What consumers need, all together. */
export type ConsumerPorts = ExecuteConsumerPorts & ReplanPorts & ArchivePorts & TriggerPorts & QuarantinePorts;

/** Where messages are sent. */
export interface Buses {
  readonly bus: EventBus;
  readonly triggerBus: Pick<TriggerBus, "publishTriggers">;
}

/** Everything there is to know of a type of message. */
export interface MessageRow<M extends QueueMessage> {
  /** Its schema, and how its earlier versions are read. */
  readonly form: MessageForm<M>;
  /** Which queue it travels on; how often that one delivers it again is in QUEUES. */
  readonly queue: QueueName;
  /** Settles every one of the received. */
  readonly consume: (received: readonly Received<M>[], ports: ConsumerPorts) => Promise<void>;
  /** Tells whoever waits for a message that it is dead; null where nobody does. Safe to repeat. */
  readonly lost: ((message: M, loss: Loss, ports: LossPorts) => Promise<void>) | null;
  /** Whether a ring sends it again by itself until it has done its work. */
  readonly isRepeated: boolean;
  /**
   * Who tries it again when its consumer fails: its queue, a few times, and then it is dead; or the ring that sent it, ever
   * more rarely and for as long as it takes, so that one message is under way at a time and none is ever dead.
   */
  readonly triedAgainBy: "queue" | "ring";
  /** Whether anybody still waits for it. Rejects with SERVICE_UNAVAILABLE when they cannot be asked. */
  readonly standing: (message: M, ports: StandingPorts) => Promise<Standing>;
  /** Sends it once more. */
  readonly redrive: (message: M, buses: Buses) => Promise<void>;
}

export type MessageTable = { readonly [T in MessageType]: MessageRow<MessageOf<T>> };

/**
 * The messages: type → how it is read, which queue it travels on, who does what it asks for, what its death means and how
 * it is sent again. The Worker's queues, the engine in one process and the simulator route by this table alone; a type
 * that is not in it does not compile.
 */
export const MESSAGES: MessageTable = {
  work: {
    form: MESSAGE_FORMS.work,
    queue: "execute",
    consume: consumeWorkItems,
    lost: lostWorkItem,
    isRepeated: false,
    triedAgainBy: "queue",
    standing: standingOfWorkItem,
    redrive: (message, { bus }) => bus.publishWork([message]),
  },
  replan: {
    form: MESSAGE_FORMS.replan,
    queue: "execute",
    consume: consumeReplans,
    lost: lostQuestion,
    isRepeated: false,
    triedAgainBy: "queue",
    standing: standingOfQuestion,
    redrive: (message, { bus }) => bus.publishWork([message]),
  },
  archive: {
    form: MESSAGE_FORMS.archive,
    queue: "events",
    consume: consumeArchive,
    lost: null,
    isRepeated: true,
    triedAgainBy: "ring",
    standing: standingOfArchive,
    redrive: (message, { bus }) => bus.publishEvents([message]),
  },
  started: {
    form: MESSAGE_FORMS.started,
    queue: "events",
    consume: consumeStarted,
    lost: null,
    isRepeated: true,
    triedAgainBy: "queue",
    standing: standingOfNews,
    redrive: (message, { bus }) => bus.publishEvents([message]),
  },
  quarantine: {
    form: MESSAGE_FORMS.quarantine,
    queue: "events",
    consume: (received, ports) => eachApart(received, ({ message }) => noteQuarantine(message, ports)),
    lost: null,
    isRepeated: false,
    triedAgainBy: "queue",
    standing: standingOfQuarantine,
    redrive: (message, { bus }) => bus.publishEvents([message]),
  },
  sequel: {
    form: MESSAGE_FORMS.sequel,
    queue: "triggers",
    consume: (received, ports) => eachApart(received, (one) => followRun(one.queue, one.message, ports)),
    lost: null,
    isRepeated: false,
    triedAgainBy: "queue",
    standing: standingOfSequel,
    redrive: (message, { triggerBus }) => triggerBus.publishTriggers([message]),
  },
  trigger: {
    form: MESSAGE_FORMS.trigger,
    queue: "triggers",
    consume: (received, ports) => eachApart(received, (one) => takeTrigger(one, ports)),
    lost: lostTrigger,
    isRepeated: false,
    triedAgainBy: "queue",
    standing: standingOfTrigger,
    redrive: (message, { triggerBus }) => triggerBus.publishTriggers([message]),
  },
};

/** The row of a message. */
export const rowOf = <T extends MessageType>(message: MessageOf<T> & { readonly type: T }): MessageRow<MessageOf<T>> =>
  MESSAGES[message.type];

/** How a message stands. One about a run in quarantine is kept for it: the run may go on yet. */
export async function standingOf(message: QueueMessage, ports: StandingPorts): Promise<Standing> {
  try {
    return await rowOf(message).standing(message, ports);
  } catch (thrown) {
    const { code, message: reason } = faultOf(thrown);
    if (code === "RUN_QUARANTINED") return { kind: "waiting", reason };
    throw thrown;
  }
}
