import { utf8ToBytes } from "@noble/hashes/utils.js";
import {
  MOST_RESULT_BYTES,
  resultTopic,
  TRIGGER_RESULT_VERSION,
  type TriggerResult,
} from "../../../contracts/messages/trigger-result.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { executionResult } from "../run/views/execution-result.ts";
import { triggerOf } from "../run/model/origin.ts";
import type { Instant, RunState } from "../run/model/state.ts";
import { isoTime } from "../run/model/time.ts";
import { wireFault } from "../run/views/view.ts";
import type { Refused } from "./record.ts";

/** What a message's sender is told when one of its runs has ended; null while it goes on, or when no message asked for it. */
export function resultOf(state: RunState): TriggerResult | null {
  const { id, correlationId, fault: problem, finishedAt, createdAt } = state.header;
  const trigger = triggerOf(state.header);
  const whole = executionResult(state);
  if (!trigger || !whole) return null;
  const fits = utf8ToBytes(JSON.stringify(whole)).length <= MOST_RESULT_BYTES;
  return {
    schema_version: TRIGGER_RESULT_VERSION,
    topic: resultTopic(trigger.group),
    result_id: `${trigger.id}/${trigger.part}`,
    trigger_id: trigger.id,
    idempotent_key: trigger.idempotentKey,
    correlation_id: correlationId,
    run_id: id,
    node: trigger.node,
    status: statusOf(whole),
    execution_result: fits ? whole : null,
    href: fits ? null : `/v1/runs/${id}/result`,
    error: problem && errorOf(wireFault(problem)),
    timestamp: isoTime(finishedAt ?? createdAt),
  };
}

const statusOf = ({ status }: JsonObject): TriggerResult["status"] =>
  status === "success" || status === "partial" ? status : "failure";

/** A fault's details may be large, and are in the execution result. */
const errorOf = ({ details: _, ...problem }: JsonObject): TriggerResult["error"] =>
  problem as { code: string; message: string };

/** What is known of a message nothing was started for. */
export interface RefusedMessage {
  readonly id: string;
  readonly group: string;
  readonly idempotentKey: string | null;
  readonly correlationId: string | null;
  readonly node: string | null;
  /** Which part of it was refused, from 0; null for all of it. */
  readonly part: number | null;
}

/** What a message's sender is told when it, or a part of it, was refused. */
export const refusedResult = (message: RefusedMessage, why: Refused, now: Instant): TriggerResult => ({
  schema_version: TRIGGER_RESULT_VERSION,
  topic: resultTopic(message.group),
  result_id: `${message.id}/${message.part === null ? "" : `${message.part}/`}refused`,
  trigger_id: message.id,
  idempotent_key: message.idempotentKey,
  correlation_id: message.correlationId,
  run_id: null,
  node: message.node,
  status: "refused",
  execution_result: null,
  href: null,
  error: { ...why },
  timestamp: isoTime(now),
});
