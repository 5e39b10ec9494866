import { fault, type Fault } from "../../errors.ts";
import { approve, deliverEvent, end, openMailbox, pause, resume, tick } from "./control.ts";
import { dispatchAll, dispatchInline } from "../dispatch/dispatch.ts";
import { Draft } from "./draft.ts";
import { DEFAULT_LEASES, type LeaseSettings, type RunEvent, type Transition } from "../model/event.ts";
import { admitted, answer, progressed, undeliverable } from "../dispatch/leases.ts";
import { advanceReplanning, awaitsPlan, replanned } from "./replanning.ts";
import { TERMINAL_RUN, type Instant, type RunState, type RunStatus } from "../model/state.ts";
import { switchPlan } from "./switch-plan.ts";
import { hasSomeWant, unmetWant } from "./unmet.ts";

/**
 * Decides what an event does to a run. Total: an event that comes too late, twice or with an old token changes nothing.
 * Every run ends: a step is succeeded, retried a bounded number of times, or dead; leases that expire are re-dispatched a
 * bounded number of times; waits time out; a dead step is replaced a bounded number of times, or takes its dependents
 * with it; a question for another plan is asked a bounded number of times.
 */
export function reduce(
  state: RunState,
  event: RunEvent,
  now: Instant,
  leases: LeaseSettings = DEFAULT_LEASES,
): Transition {
  const draft = draftFor(state, event, now);
  if (!TERMINAL_RUN.has(state.header.status)) {
    handle(draft, event, leases);
    openMailbox(draft, leases);
    advanceReplanning(draft, leases);
    stopOnFailure(draft);
    conclude(draft);
  }
  return draft.finish();
}

/** A plan that the run has waited for takes the old one's place before anything else is decided. */
function draftFor(state: RunState, event: RunEvent, now: Instant): Draft {
  const isNewPlan = event.type === "replanned" && event.result.ok && awaitsPlan(state.header, event.token);
  return isNewPlan ? new Draft(switchPlan(state, event.result.value, now), now, true) : new Draft(state, now);
}

function handle(draft: Draft, event: RunEvent, leases: LeaseSettings): void {
  switch (event.type) {
    case "inline":
      return dispatchInline(draft, leases);
    case "start":
      draft.updateHeader({ status: "running" });
      return dispatchAll(draft, leases);
    case "answer":
      return answer(draft, event, leases);
    case "progress":
      return progressed(draft, event);
    case "admitted":
      return admitted(draft, event.segment, leases);
    case "undeliverable":
      return undeliverable(draft, event.segment, event.token, event.fault, leases);
    case "replanned":
      return replanned(draft, event.token, event.result, leases);
    case "tick":
      return tick(draft, leases);
    case "cancel":
      return end(draft, fault("RUN_CANCELLED", event.reason));
    case "pause":
      return pause(draft);
    case "resume":
      return resume(draft, leases);
    case "event":
      return deliverEvent(draft, event, leases);
    case "approve":
      return approve(draft, event.step, event.approved, event.word, leases);
  }
}

function stopOnFailure(draft: Draft): void {
  const { fault: problem } = draft.header;
  if (problem !== null && draft.openSteps > 0 && draft.state.plan.policy.onFailure === "stop") end(draft, problem);
}

/** Moves the run's own status; the last step's end is the run's end. */
function conclude(draft: Draft): void {
  const { status } = draft.header;
  if (draft.openSteps > 0 || draft.header.replanning) {
    const moved = onlyWaits(draft) ? "waiting" : "running";
    if ((status === "running" || status === "waiting") && status !== moved) draft.updateHeader({ status: moved });
    return;
  }
  const problem = draft.header.fault ?? unmetWant(draft);
  if (problem !== null) draft.fail(problem);
  draft.updateHeader({
    status: problem === null ? "succeeded" : endedBy(draft, problem),
    finishedAt: draft.now,
    completedSeq: draft.takeSeq(),
  });
  draft.intents.splice(0, draft.intents.length, { type: "finished" });
}

/** How a run ends that something has gone wrong in. What was given wrongly is no part of anything. */
function endedBy(draft: Draft, problem: Fault): RunStatus {
  if (problem.code === "RUN_CANCELLED") return "cancelled";
  const mayLack = draft.state.plan.policy.partial === true && problem.code !== "INPUT_STATE_INVALID";
  return mayLack && hasSomeWant(draft) ? "partial" : "failed";
}

/** Whether nothing is under way or about to be, and some step waits for time, an event or a person. */
function onlyWaits(draft: Draft): boolean {
  if (!draft.index.hasWaits || draft.header.replanning) return false;
  const { leased, waiting, resting } = draft.activity;
  return leased === 0 && resting === 0 && waiting > 0;
}
