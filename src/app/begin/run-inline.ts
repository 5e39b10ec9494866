import { faultOf, type Fault } from "../../core/errors.ts";
import type { Plan } from "../../core/plan/model/plan.ts";
import type { Result } from "../../core/result.ts";
import { workItemOf } from "../../core/run/dispatch/work-item-of.ts";
import type { Intent, LeaseSettings, RunEvent } from "../../core/run/model/event.ts";
import { StateHasher } from "../../core/run/model/hash.ts";
import type { RunState } from "../../core/run/model/state.ts";
import { apply } from "../../core/run/reduce/begin.ts";
import { reduce } from "../../core/run/reduce/reduce.ts";
import { PUT_OFF, type CpuAllowance } from "../execute/cpu-allowance.ts";
import { executeWorkItem, type ExecutorPorts } from "../execute/executor.ts";
import type { Planner } from "../plan/planner.ts";

export interface InlinePorts extends ExecutorPorts {
  readonly planner: Planner;
}

/** Executes the inline segments before any object is touched. A gateway that dies here has written nothing. */
export async function runInline(
  begun: RunState,
  ports: InlinePorts,
  leases: LeaseSettings,
  cpu: CpuAllowance,
): Promise<RunState> {
  if (!begun.plan.segments.some((segment) => segment.inline)) return begun;
  let state = begun;
  const hasher = new StateHasher();
  const send = (event: RunEvent): readonly Intent[] => {
    const transition = reduce(state, event, ports.clock.now(), leases);
    state = apply(state, transition);
    return transition.intents;
  };
  const intents = [...send({ type: "inline" })];
  // What an answer makes ready is added while the list is walked.
  for (const intent of intents) {
    if (intent.type === "dispatch") {
      const item = workItemOf(state, intent, "whole");
      const results = await executeWorkItem(item, item.values ?? {}, { ...ports, cpu }, hasher);
      const { segment, token } = intent;
      const deferred = results.length === 0 ? { deferred: PUT_OFF } : {};
      intents.push(...send({ type: "answer", segment, token, results, ...deferred }));
    } else if (intent.type === "replan") {
      const result = await otherPlan(state, ports);
      if (result === null) return state;
      intents.push(...send({ type: "replanned", token: intent.token, result }));
    }
  }
  return state;
}

/** Null when the registry cannot be asked: the run's ring will ask again. */
async function otherPlan(state: RunState, ports: InlinePorts): Promise<Result<Plan, Fault> | null> {
  try {
    return await ports.planner.replan(state);
  } catch (thrown) {
    ports.log.warn("a run could not be given another plan here; its ring asks again", {
      correlation_id: state.header.correlationId,
      run_id: state.header.id,
      code: faultOf(thrown).code,
    });
    return null;
  }
}
