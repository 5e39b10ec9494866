import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import type { Carried } from "../call/asker.ts";
import { principalId } from "../call/principal.ts";
import type { Redrive } from "../messages/redrive.ts";

/** A bus message with what the host adds to it. One that came over the queue itself belongs to the default tenant. */
export interface TriggerMessage extends Carried {
  readonly type: "trigger";
  readonly version: 1;
  readonly tenant: string;
  /** The message as it was sent; not read yet. */
  readonly trigger: JsonObject;
  readonly redrive?: Redrive;
}

/** The tenant of messages that were sent straight to the queue: whoever may do that is the operator's own. */
export const QUEUE_TENANT = "default";

/** Who asks with such a message: no token was shown. */
export const QUEUE_ASKER: Carried = { principal: principalId({ kind: "host", name: "queue" }) };

/** A text that may be anything as one that any store takes: whole Unicode without NUL, and not long. */
export const storable = (text: string, most: number): string =>
  text.slice(0, most).toWellFormed().replaceAll("\0", "\uFFFD");

/** A bus message in its wrapping. */
export const triggerMessage = (tenant: string, trigger: JsonObject, asker: Carried = {}): TriggerMessage => ({
  type: "trigger",
  version: 1,
  tenant,
  ...asker,
  trigger,
});

/** Whether a body is a bus message without wrapping: it names a topic, and no type of message. */
export const isBare = (body: unknown): body is JsonObject =>
  typeof body === "object" && body !== null && !Array.isArray(body) && !("type" in body) && "topic" in body;

/** A member of a bus message, whatever the message is; null when it is not a text. Shortened, and fit for any store. */
export function textOf(message: JsonObject, member: string): string | null {
  const value: JsonValue | undefined = Object.hasOwn(message, member) ? message[member] : undefined;
  return typeof value === "string" ? storable(value, 300) : null;
}
