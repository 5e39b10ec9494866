import { keysOf } from "../../../contracts/json/narrow.ts";
import {
  archiveMessage,
  quarantineMessage,
  replanMessage,
  sequelMessage,
  startedMessage,
  triggerMessage,
  workMessage,
} from "../../../contracts/messages/queue-messages.ts";
import type { Issue } from "../envelope/refusal.ts";
import { memberOf, type StoredForm } from "../stored/stored-form.ts";
import type { MessageOf, MessageType, QueueMessage } from "./queue-message.ts";

/** The part of a contract's schema that reading needs. */
interface Reads<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}

/** How messages of a type are read, whichever version a message is of. */
export interface MessageForm<M extends QueueMessage> extends StoredForm {
  /** Of the present version. */
  readonly schema: Reads<M>;
}

/** Messages of before versions were written are of the first. */
const form = <M extends QueueMessage>(noun: string, schema: Reads<M>): MessageForm<M> => ({
  noun,
  versionOf: (stored) => memberOf(stored, "version", 1),
  upgraders: [],
  schema,
});

/**
 * The stored forms of messages: a changed one is one more upgrader at the end of its list and a schema of the new
 * version. Total: a type without a form does not compile.
 */
export const MESSAGE_FORMS: { readonly [T in MessageType]: MessageForm<MessageOf<T>> } = {
  work: form("the message of a work item", workMessage),
  replan: form("a replan message", replanMessage),
  archive: form("an archive message", archiveMessage),
  started: form("a started message", startedMessage),
  quarantine: form("a quarantine message", quarantineMessage),
  sequel: form("a sequel message", sequelMessage),
  trigger: form("a trigger message", triggerMessage),
};

/** Every type there is. */
export const MESSAGE_TYPES = keysOf(MESSAGE_FORMS);

export const isMessageType = (text: string): text is MessageType => Object.hasOwn(MESSAGE_FORMS, text);
