import type { TriggerGroupList, TriggerPage, TriggerSent } from "../../../contracts/api/triggers-api.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { askerOf, carried } from "../../core/call/asker.ts";
import { faultOf, type Fault } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { RunId } from "../../core/run/model/state.ts";
import { triggerGroups } from "../../core/trigger/groups.ts";
import { triggerMessage } from "../../core/trigger/message.ts";
import { recordView, type TriggerPart } from "../../core/trigger/record.ts";
import { resultOf } from "../../core/trigger/result-message.ts";
import { readTrigger } from "../../core/trigger/trigger.ts";
import type { TriggerBus } from "../../spi/trigger-bus.ts";
import type { TriggerStore } from "../../spi/trigger-store.ts";
import type { CallContext } from "../call-context.ts";
import type { Planner } from "../plan/planner.ts";
import type { RunReader } from "../runs/run-reader.ts";

export interface TriggerServicePorts {
  readonly planner: Planner;
  readonly triggers: TriggerStore;
  readonly triggerBus: TriggerBus;
  readonly runs: RunReader;
}

/** Bus messages for those without a queue of their own. */
export interface TriggerService {
  /**
   * Puts a message on the triggers queue; answers how it is known. INVALID_PARAMETER and TRIGGER_NOT_TAKEN for a message
   * that can never be taken; EVENT_BUS_ERROR. Whether somebody takes it shows its page.
   */
  send(call: CallContext, message: JsonObject): Promise<Result<TriggerSent, Fault>>;
  /** The groups, with who could and who would be triggered. Rejects with SERVICE_UNAVAILABLE. */
  groups(call: CallContext): Promise<TriggerGroupList["groups"]>;
  /** A message with its runs and their results; null when it has not arrived. Rejects with SERVICE_UNAVAILABLE. */
  get(call: CallContext, id: string): Promise<TriggerPage | null>;
}

export function triggerService(ports: TriggerServicePorts): TriggerService {
  return {
    async send(call, message) {
      const { tenant, correlationId } = call;
      const read = readTrigger(message);
      if (!read.ok) return err(read.error.fault);
      const correlated = read.value.correlationId ?? correlationId;
      const whole = { ...message, correlation_id: correlated };
      try {
        await ports.triggerBus.publishTriggers([triggerMessage(tenant, whole, carried(askerOf(call)))]);
      } catch (thrown) {
        return err(faultOf(thrown, "the message could not be put on the queue"));
      }
      const { id, group } = read.value;
      return ok({ trigger_id: id, group, correlation_id: correlated });
    },
    async groups({ tenant }) {
      const { snapshot, served } = await ports.planner.ground(tenant);
      return triggerGroups(snapshot, served);
    },
    async get({ tenant }, id) {
      const record = await ports.triggers.get(tenant, id);
      if (!record) return null;
      const first = record.duplicateOf === null ? record : await ports.triggers.get(tenant, record.duplicateOf);
      const runs = await Promise.all((first?.parts ?? []).map((part) => partView(tenant, part, ports)));
      return { ...recordView(record), runs };
    },
  };
}

/** One part of a message with how its run stands, and what was or will be answered. */
async function partView(
  tenant: string,
  { taker, runId, refused }: TriggerPart,
  { runs }: TriggerServicePorts,
): Promise<TriggerPage["runs"][number]> {
  const { state, problem } = runId === null ? NOT_STARTED : await standingOf(tenant, runId, runs);
  const result = state && resultOf(state);
  return {
    node: taker,
    run_id: runId,
    status: state?.header.status ?? null,
    result,
    error: refused ? { ...refused } : problem,
  };
}

const NOT_STARTED = { state: null, problem: null };

/** One run that cannot be shown, as when it is in quarantine, keeps no other part from being shown. */
async function standingOf(tenant: string, runId: RunId, runs: RunReader) {
  try {
    return { state: await runs.read(tenant, runId), problem: null };
  } catch (thrown) {
    const { code, message } = faultOf(thrown, "the run could not be read");
    if (code === "SERVICE_UNAVAILABLE") throw thrown;
    return { state: null, problem: { code, message } };
  }
}
