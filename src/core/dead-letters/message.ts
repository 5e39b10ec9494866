import { CHAIN_LISTS } from "../../../contracts/documents/chain.ts";
import type { SequelMessage } from "../chain/message.ts";
import { ringOf } from "../run/model/run-id.ts";
import type { ArchiveMessage, ExecuteMessage, Redrive, ReplanMessage, StartedMessage } from "../run/dispatch/work.ts";
import { isBare, QUEUE_TENANT, storable, triggerMessage, type TriggerMessage } from "../trigger/message.ts";
import type { DeadLetterClass } from "./dead-letter.ts";

/** Every message this version understands. */
export type QueueMessage =
  | ExecuteMessage
  | ReplanMessage
  | ArchiveMessage
  | StartedMessage
  | SequelMessage
  | TriggerMessage;

/** A received body: a message, or why it is none. The reason names no value of the body. */
export type Reading =
  | { readonly ok: true; readonly message: QueueMessage }
  | {
      readonly ok: false;
      readonly errorType: DeadLetterClass;
      readonly messageType: string | null;
      readonly reason: string;
    };

type Fields = Readonly<Record<string, unknown>>;

/** Message type → what its fields must be, each with the words for when it is not. */
const SHAPES: Readonly<Record<QueueMessage["type"], (body: Fields) => string | null>> = {
  work: ({ work }) => {
    if (!isObject(work)) return "work is missing";
    if (typeof work["runId"] !== "string" || ringOf(work["runId"]) === null) return "work.runId is no run id";
    for (const field of ["tenant", "correlationId", "segment", "token"]) {
      if (typeof work[field] !== "string") return `work.${field} is no string`;
    }
    for (const field of ["epoch", "expiresAt"]) if (!Number.isFinite(work[field])) return `work.${field} is no number`;
    if (!Array.isArray(work["steps"]) || !work["steps"].every(isObject)) return "work.steps is no list of steps";
    return work["values"] === null || isObject(work["values"]) ? null : "work.values is neither an object nor null";
  },
  replan: ({ runId, tenant, correlationId, token }) => {
    if (typeof runId !== "string" || ringOf(runId) === null) return "runId is no run id";
    if (typeof tenant !== "string" || typeof correlationId !== "string") return "tenant or correlationId is no string";
    return typeof token === "string" ? null : "token is no string";
  },
  archive: ({ ring, batch }) => {
    if (!Number.isInteger(ring) || Number(ring) < 0 || Number(ring) > 255) return "ring is no ring number";
    return Number.isInteger(batch) ? null : "batch is no batch number";
  },
  started: ({ runs }) => {
    if (!Array.isArray(runs)) return "runs is no list";
    const broken = runs.findIndex((run) => !isUnfinishedSummary(run));
    return broken === -1 ? null : `runs[${broken}] is no summary of an unfinished run`;
  },
  sequel: ({ tenant, runId, correlationId, link }) => {
    if (typeof runId !== "string" || ringOf(runId) === null) return "runId is no run id";
    if (typeof tenant !== "string" || typeof correlationId !== "string") return "tenant or correlationId is no string";
    return link === undefined || isLinkPlace(link) ? null : "link names no envelope of a run";
  },
  trigger: ({ tenant, trigger }) => {
    if (typeof tenant !== "string") return "tenant is no string";
    return isObject(trigger) ? null : "trigger is no object";
  },
};

/** Reads what arrived on any queue. */
export function readMessage(body: unknown): Reading {
  const refuse = (errorType: DeadLetterClass, messageType: string | null, reason: string): Reading => ({
    ok: false,
    errorType,
    messageType,
    reason,
  });
  if (isBare(body)) return { ok: true, message: triggerMessage(QUEUE_TENANT, body) };
  if (!isObject(body) || typeof body["type"] !== "string") return refuse("publisher_malformed", null, "it has no type");
  const type = storable(body["type"], 100);
  if (!Object.hasOwn(SHAPES, type)) return refuse("no_dispatcher", type, "nobody here consumes messages of its type");
  if (body["version"] !== 1) return refuse("valid_unrouted", type, "its version is not one this deployment knows (1)");
  const wrong = SHAPES[type as QueueMessage["type"]](body) ?? wrongRedrive(body["redrive"]);
  if (wrong !== null) return refuse("publisher_malformed", type, `it is no ${type} message: ${wrong}`);
  return { ok: true, message: body as unknown as QueueMessage };
}

/** The same message, marked as taken out of the dead letters. */
export const redriven = (message: QueueMessage, redrive: Redrive): QueueMessage => ({ ...message, redrive });

function wrongRedrive(redrive: unknown): string | null {
  if (redrive === undefined) return null;
  if (!isObject(redrive) || typeof redrive["id"] !== "string") return "redrive.id is no string";
  return Number.isInteger(redrive["count"]) && Number.isInteger(redrive["retryCount"]) ? null : "redrive has no counts";
}

function isUnfinishedSummary(run: unknown): boolean {
  if (!isObject(run)) return false;
  const texts = ["runId", "tenant", "status", "operation", "correlationId"].every(
    (key) => typeof run[key] === "string",
  );
  const lists = ["want", "tags", "nodes", "values"].every((key) => Array.isArray(run[key]));
  const numbers = ["createdAt", "steps", "revision"].every((key) => Number.isFinite(run[key]));
  return texts && lists && numbers && run["finishedAt"] === null && run["archive"] === null;
}

const isLinkPlace = (link: unknown): boolean =>
  isObject(link) && CHAIN_LISTS.some((list) => list === link["list"]) && Number.isInteger(link["index"]);

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
