import { isObject } from "../../../contracts/json/narrow.ts";
import type { DeadLetterClass } from "../dead-letters/dead-letter.ts";
import { jsonPath, type Issue } from "../envelope/refusal.ts";
import { fault, type Fault } from "../errors.ts";
import { currentVersion, upgraded } from "../stored/stored-form.ts";
import { isBare, QUEUE_ASKER, QUEUE_TENANT, storable, triggerMessage } from "../trigger/message.ts";
import { isMessageType, MESSAGE_FORMS } from "./forms.ts";
import type { QueueMessage } from "./queue-message.ts";

/** A received body: a message, or why it is none. Neither reason nor cause names a value of the body. */
export type Reading = { readonly ok: true; readonly message: QueueMessage } | Unread;

export interface Unread {
  readonly ok: false;
  readonly errorType: DeadLetterClass;
  /** Null when the body has no type. */
  readonly messageType: string | null;
  readonly reason: string;
  /** MESSAGE_INVALID, MESSAGE_UNKNOWN, RECORD_NEWER, RECORD_UNREADABLE. */
  readonly cause: Fault;
}

/** A reason is no longer than this. */
const MOST_WORDS = 119;

/** Reads what arrived on any queue, whichever version wrote it. */
export function readMessage(body: unknown): Reading {
  if (isBare(body)) return { ok: true, message: triggerMessage(QUEUE_TENANT, body, QUEUE_ASKER) };
  if (!isObject(body) || typeof body["type"] !== "string") return malformed(null, "it has no type");
  const type = storable(body["type"], 100);
  if (!isMessageType(type)) return unknown(type);
  const form = MESSAGE_FORMS[type];
  const current = upgraded(form, body);
  if (!current.ok) {
    const reason = `its version is not one this deployment knows (${currentVersion(form)})`;
    return { ok: false, errorType: "valid_unrouted", messageType: type, reason, cause: current.error };
  }
  const read = form.schema.safeParse(atVersion(current.value, currentVersion(form)));
  if (read.success) return { ok: true, message: read.data };
  return malformed(type, `it is no ${type} message`, read.error.issues[0]);
}

/** With the version it has now, whether it said an earlier one or none. */
const atVersion = (body: unknown, version: number): unknown =>
  isObject(body) && body["version"] !== version ? { ...body, version } : body;

const unknown = (type: string): Unread => ({
  ok: false,
  errorType: "no_dispatcher",
  messageType: type,
  reason: "nobody here consumes messages of its type",
  cause: fault("MESSAGE_UNKNOWN", `there are no messages of type ${JSON.stringify(type)}`, {
    place: "$.type",
    hint: "deploy the release that knows them, then redrive it",
  }),
});

/** The words of a schema speak of what is required, and never of what came. */
function malformed(messageType: string | null, what: string, issue?: Issue): Unread {
  const place = storable(jsonPath(issue?.path ?? []), 50);
  const reason = issue ? storable(`${what}: ${place} ${issue.message}`, MOST_WORDS) : what;
  const cause = fault("MESSAGE_INVALID", reason, { place });
  return { ok: false, errorType: "publisher_malformed", messageType, reason, cause };
}
