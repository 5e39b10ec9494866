import type { TriggerPage } from "../../../contracts/api/triggers-api.ts";
import type { ErrorCode, Fault } from "../errors.ts";
import type { NodeRef } from "../registry/node.ts";
import type { Instant, RunId } from "../run/model/state.ts";
import { isoTime } from "../run/model/time.ts";
import type { Trigger } from "./trigger.ts";

/** What is remembered of why something was refused. */
export interface Refused {
  readonly code: ErrorCode;
  readonly message: string;
}

/** One part of a message: a node that took it, or its goal, and what became of it. */
export interface TriggerPart {
  readonly taker: NodeRef | null;
  /** Null until it is started, and when it was refused. */
  readonly runId: RunId | null;
  readonly refused: Refused | null;
}

/**
 * What is known of a bus message. `accepted`: its parts are, or will be, started. `refused`: nothing was. `duplicate`: it
 * has the key of an earlier one, which stands for both.
 */
export interface TriggerRecord {
  readonly tenant: string;
  readonly id: string;
  readonly group: string;
  readonly idempotentKey: string;
  readonly hash: string;
  readonly correlationId: string;
  readonly source: string;
  readonly receivedAt: Instant;
  readonly status: "accepted" | "refused" | "duplicate";
  readonly duplicateOf: string | null;
  readonly parts: readonly TriggerPart[];
  /** Nodes that would have taken it too, beyond the most that may. */
  readonly leftOut: number;
  readonly refused: Refused | null;
}

/** A record of a message nothing has been decided about. */
export const newRecord = (
  tenant: string,
  trigger: Trigger,
  correlationId: string,
  receivedAt: Instant,
): TriggerRecord => ({
  tenant,
  id: trigger.id,
  group: trigger.group,
  idempotentKey: trigger.idempotentKey,
  hash: trigger.hash,
  correlationId,
  source: trigger.source,
  receivedAt,
  status: "accepted",
  duplicateOf: null,
  parts: [],
  leftOut: 0,
  refused: null,
});

/** What is remembered of a fault. */
export const refusedBy = ({ code, message }: Fault): Refused => ({ code, message: message.slice(0, 1_000) });

/** The idempotency key of the run of one part. */
export const partKey = ({ group, idempotentKey }: TriggerRecord, taker: NodeRef | null): string =>
  JSON.stringify(["trigger", group, idempotentKey, taker]);

/** The tag by which the runs of a group's messages are found. */
export const groupTag = (group: string): string => `trigger:${group}`;

/** A record as clients see it, without its runs. */
export const recordView = (record: TriggerRecord): Omit<TriggerPage, "runs"> => ({
  trigger_id: record.id,
  topic: `node.exec.request.${record.group}`,
  group: record.group,
  idempotent_key: record.idempotentKey,
  correlation_id: record.correlationId,
  source: record.source,
  received_at: isoTime(record.receivedAt),
  status: record.status,
  duplicate_of: record.duplicateOf,
  left_out: record.leftOut,
  error: record.refused && { ...record.refused },
});
