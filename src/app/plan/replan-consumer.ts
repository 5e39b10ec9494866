import { faultOf } from "../../core/errors.ts";
import { decodeRun } from "../runs/run-codec.ts";
import { awaitsPlan } from "../../core/run/reduce/replanning.ts";
import type { ReplanMessage } from "../../core/messages/ring-messages.ts";
import type { Log } from "../../spi/log.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import type { Received } from "../deliver/received.ts";
import type { Planner } from "./planner.ts";

export interface ReplanPorts {
  readonly coordinator: RunCoordinator;
  readonly planner: Planner;
  readonly log: Log;
}

/**
 * Answers runs that ask for another plan, each its own ring. A question that is not open any more is dropped; one that
 * could not be answered now is redelivered.
 */
export async function consumeReplans(received: readonly Received<ReplanMessage>[], ports: ReplanPorts): Promise<void> {
  await Promise.all(received.map((one) => consumeReplan(one, ports)));
}

async function consumeReplan(received: Received<ReplanMessage>, ports: ReplanPorts): Promise<void> {
  const { runId, token, correlationId } = received.message;
  try {
    const record = await ports.coordinator.read(runId);
    const state = record === null ? null : decodeRun(record);
    if (state && awaitsPlan(state.header, token)) {
      const result = await ports.planner.replan(state);
      await ports.coordinator.replanned({ runId, token, result });
      ports.log.info(result.ok ? "a run goes on with another plan" : "a run has no other plan", {
        correlation_id: correlationId,
        run_id: runId,
        ...(result.ok ? { plan_hash: result.value.hash } : { code: result.error.code }),
      });
    }
    received.ack();
  } catch (thrown) {
    ports.log.warn("a run could not be given another plan; the message is redelivered", {
      correlation_id: correlationId,
      run_id: runId,
      code: faultOf(thrown).code,
    });
    await received.giveBack(thrown);
  }
}
