import type { JsonObject } from "../../../contracts/json/json.ts";
import { NO_METADATA, type Envelope } from "../../../contracts/documents/envelope.ts";
import { fault, isRetryable, RuntimeHostError, type Fault } from "../../core/errors.ts";
import { sequelMessage } from "../../core/chain/message.ts";
import { err, type Result } from "../../core/result.ts";
import { isoTime } from "../../core/run/model/time.ts";
import type { RegistrySnapshot } from "../../core/registry/snapshot.ts";
import { textOf, type TriggerMessage } from "../../core/trigger/message.ts";
import {
  groupTag,
  newRecord,
  partKey,
  refusedBy,
  type TriggerPart,
  type TriggerRecord,
} from "../../core/trigger/record.ts";
import { requestOf } from "../../core/trigger/request.ts";
import { refusedResult } from "../../core/trigger/result-message.ts";
import { groupOfTopic } from "../../core/trigger/topic.ts";
import { readTrigger, type Trigger, type TriggerRefusal } from "../../core/trigger/trigger.ts";
import type { TriggerStore } from "../../spi/trigger-store.ts";
import { callOfRecord, sharing } from "../call-context.ts";
import { bury } from "../deliver/bury.ts";
import type { Received } from "../deliver/received.ts";
import type { Planner } from "../plan/planner.ts";
import { followRun, type SequelPorts } from "./run-sequels.ts";
import type { Accepted } from "../operations/envelope-service.ts";

export interface TriggerPorts extends SequelPorts {
  readonly planner: Planner;
  readonly triggers: TriggerStore;
}

/** One message on its way through the consumer. */
interface Taking {
  readonly received: Received<TriggerMessage>;
  readonly ports: TriggerPorts;
}

/**
 * Takes one bus message: who takes it is decided once and recorded, then each part is started under a key of its own, and
 * the parts that ended at once are answered. Safe to repeat at any point. What cannot be taken becomes a dead letter and
 * an answer that says so; what may be cured by waiting is thrown.
 */
export async function takeTrigger(received: Received<TriggerMessage>, ports: TriggerPorts): Promise<void> {
  const { message } = received;
  const taking: Taking = { received, ports };
  const read = readTrigger(message.trigger);
  if (!read.ok) return refuse(taking, null, read.error);
  const trigger = read.value;
  const { ground, made: choice } = await ports.planner.takers(message.tenant, trigger);
  const fresh = newRecord(message.tenant, trigger, correlationOf(trigger, ports), ports.clock.now());
  if (!choice.ok) {
    const known = await ports.triggers.get(message.tenant, trigger.id);
    if (known && known.status !== "refused") return resume(taking, trigger, known, ground.snapshot);
    return refuse(taking, fresh, choice.error);
  }
  const { takers, leftOut } = choice.value;
  const parts = takers.map((taker): TriggerPart => ({ taker, runId: null, refused: null }));
  const record = await ports.triggers.claim({ ...fresh, parts, leftOut });
  const first = record.duplicateOf === null ? record : await ports.triggers.get(message.tenant, record.duplicateOf);
  if (record.idempotentKey !== trigger.idempotentKey || (first && first.hash !== trigger.hash)) {
    return refuse(taking, null, { errorType: "publisher_malformed", fault: conflict(trigger) });
  }
  if (record.status === "accepted") await resume(taking, trigger, record, ground.snapshot);
}

const correlationOf = (trigger: Trigger, { ids }: TriggerPorts): string => trigger.correlationId ?? ids.uuid();

const conflict = ({ idempotentKey }: Trigger): Fault =>
  fault("IDEMPOTENCY_CONFLICT", "its idempotent_key or trigger_id was used for another message", {
    place: "$.idempotent_key",
    hint: `send what was sent with '${idempotentKey}' before, or a new key and id`,
  });

/** Starts every part that is not started yet, and answers those that have ended. */
async function resume(
  taking: Taking,
  trigger: Trigger,
  record: TriggerRecord,
  snapshot: RegistrySnapshot,
): Promise<void> {
  const { ports, received } = taking;
  const parts = [...record.parts];
  const ended: string[] = [];
  const refusals: { readonly index: number; readonly fault: Fault }[] = [];
  for (const [index, part] of record.parts.entries()) {
    if (part.runId !== null) {
      ended.push(part.runId);
      continue;
    }
    if (part.refused !== null && received.message.redrive === undefined) continue;
    const started = await start(trigger, record, index, snapshot, taking);
    if (started.ok) {
      parts[index] = { ...part, runId: started.value.runId, refused: null };
      if (started.value.status === 200) ended.push(started.value.runId);
      continue;
    }
    if (isRetryable(started.error)) throw new RuntimeHostError(started.error);
    parts[index] = { ...part, refused: refusedBy(started.error) };
    refusals.push({ index, fault: started.error });
  }
  const [firstRefusal] = refusals;
  if (firstRefusal) {
    await buryMessage(taking, { errorType: "valid_unrouted", fault: firstRefusal.fault });
    const results = refusals.map(({ index, fault: problem }) =>
      refusedResult(
        { ...record, node: parts[index]?.taker ?? null, part: index },
        refusedBy(problem),
        ports.clock.now(),
      ),
    );
    await ports.triggerBus.publishResults(results);
  }
  await ports.triggers.settle(record.tenant, record.id, parts);
  const { tenant, correlationId } = record;
  await Promise.all(ended.map((id) => followRun(received.queue, sequelMessage({ tenant, id, correlationId }), ports)));
}

async function start(
  trigger: Trigger,
  record: TriggerRecord,
  index: number,
  snapshot: RegistrySnapshot,
  { ports, received: { message: asker } }: Taking,
): Promise<Result<Accepted, Fault>> {
  const taker = record.parts[index]?.taker ?? null;
  const request = requestOf(trigger, taker, snapshot);
  if (!request.ok) return err(request.error);
  const { operation, payload } = request.value;
  const origin = {
    kind: "trigger",
    id: record.id,
    group: record.group,
    idempotentKey: record.idempotentKey,
    node: taker,
    part: index,
  } as const;
  const asked = callOfRecord({ ...asker, tenant: record.tenant, correlationId: record.correlationId });
  const call = sharing(asked, ports.cpu);
  return ports.envelopes.accept(call, envelopeOf(trigger, record, operation, payload, ports), {
    waitMs: 0,
    registryVersion: null,
    origin,
  });

  function envelopeOf(
    { source, chains }: Trigger,
    { correlationId, id, group }: TriggerRecord,
    verb: string,
    asked: JsonObject,
    { ids, clock }: TriggerPorts,
  ): Envelope {
    return {
      envelopeId: ids.uuid(),
      correlationId,
      causationId: id,
      envelopeVersion: "1.0.0",
      sourceNode: source,
      targetNode: null,
      operation: verb,
      handlerType: null,
      payload: asked,
      metadata: { ...NO_METADATA, tags: [groupTag(group)], idempotencyKey: partKey(record, taker) },
      timestamp: isoTime(clock.now()),
      isResponse: false,
      success: null,
      error: null,
      ...(chains === null ? {} : { chains }),
    };
  }
}

/** Nothing is started: a dead letter, an answer to the sender where one can be sent, and a record for its page. */
async function refuse(taking: Taking, record: TriggerRecord | null, refusal: TriggerRefusal): Promise<void> {
  const { received, ports } = taking;
  const now = ports.clock.now();
  const why = refusedBy(refusal.fault);
  await buryMessage(taking, refusal);
  const about = {
    ...(record ?? addressOf(received.message)),
    part: null,
    node: textOf(received.message.trigger, "node"),
  };
  if (about.id !== null && about.group !== null) {
    const { id, group } = about;
    await ports.triggerBus.publishResults([refusedResult({ ...about, id, group }, why, now)]);
  }
  if (record) await ports.triggers.refuse({ ...record, status: "refused", refused: why });
}

/** As much as can be told of a message that could not be read. */
function addressOf({ trigger }: TriggerMessage) {
  return {
    id: textOf(trigger, "trigger_id"),
    group: groupOfTopic(textOf(trigger, "topic") ?? ""),
    idempotentKey: textOf(trigger, "idempotent_key"),
    correlationId: textOf(trigger, "correlation_id"),
  };
}

const buryMessage = async ({ received, ports }: Taking, { errorType, fault: cause }: TriggerRefusal): Promise<void> => {
  await bury(received, { errorType, reason: cause.message, cause, retries: received.attempts - 1 }, ports);
};
