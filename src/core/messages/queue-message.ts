import type { SequelMessage } from "../chain/message.ts";
import type { Redrive } from "./redrive.ts";
import type {
  ArchiveMessage,
  ExecuteMessage,
  QuarantineMessage,
  ReplanMessage,
  StartedMessage,
} from "./ring-messages.ts";
import type { TriggerMessage } from "../trigger/message.ts";

/** Message type → the message: every one that travels on a queue of ours. */
export interface MessageTypes {
  readonly work: ExecuteMessage;
  readonly replan: ReplanMessage;
  readonly archive: ArchiveMessage;
  readonly started: StartedMessage;
  readonly quarantine: QuarantineMessage;
  readonly sequel: SequelMessage;
  readonly trigger: TriggerMessage;
}

export type MessageType = keyof MessageTypes;
/** The message of a type. */
export type MessageOf<T extends MessageType> = MessageTypes[T];
/** Any message. */
export type QueueMessage = MessageTypes[MessageType];

/** The same message, marked as taken out of the dead letters. */
export const redriven = <M extends QueueMessage>(message: M, redrive: Redrive): M => ({ ...message, redrive });
