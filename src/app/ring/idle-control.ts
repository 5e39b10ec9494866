import { fault, type Fault } from "../../core/errors.ts";
import type { RunState, RunStatus } from "../../core/run/model/state.ts";
import { stepsOf } from "../../core/run/views/view.ts";
import type { ControlEvent } from "../../spi/run-coordinator.ts";

/** The most steps a hint names. */
const MOST_NAMED = 20;

/** INVALID_STATE: what was to steer the run came too late, or to nobody. A word on a step is told where one is waited for. */
export function idleControl(state: RunState, event: ControlEvent): Fault {
  const { id, status } = state.header;
  if (event.type !== "approve") {
    return fault("INVALID_STATE", `run '${id}' ${standing(status)}; ${event.type} changes nothing`, {
      hint: `GET /v1/runs/${id} shows it`,
    });
  }
  const waiting = stepsOf(state).filter((step) => step.waiting?.kind === "approval");
  const names = waiting.slice(0, MOST_NAMED).map((step) => step.id);
  return fault("INVALID_STATE", `step '${event.step}' of run '${id}' waits for no approval`, {
    hint:
      names.length > 0
        ? `waiting for approval: ${names.join(", ")}`
        : `the run ${standing(status)}, and no step waits for approval`,
  });
}

/** How a run stands, as a sentence goes on. */
function standing(status: RunStatus): string {
  if (status === "cancelled") return "was cancelled";
  return status === "succeeded" || status === "failed" ? `has ${status}` : `is ${status}`;
}
