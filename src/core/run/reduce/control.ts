import type { JsonObject } from "../../../../contracts/json/json.ts";
import { fault, type Fault } from "../../errors.ts";
import type { StepId } from "../../plan/model/plan.ts";
import { dispatchAll, dispatchNext, dispatchSegments } from "../dispatch/dispatch.ts";
import type { Draft } from "./draft.ts";
import type { LeaseSettings, RunEvent } from "../model/event.ts";
import { heardBefore, hearing } from "./heard.ts";
import { expire } from "../dispatch/leases.ts";
import { dispatchAfter, settle } from "./settle.ts";
import { TERMINAL_STEP, type StepOutcome, type StepState } from "../model/state.ts";
import { abandon, arrive } from "../model/step.ts";
import type { StoredValue } from "../model/value.ts";
import { timeIsUp, waitFailed, waitOver, wordOutcome } from "../wait/waits.ts";

/** Events kept for steps that do not wait yet; older ones are dropped beyond this. */
const MAX_MAILBOX = 100;

/** Time has passed: waits end, leases expire, backoffs are over, or the deadline ends the run. */
export function tick(draft: Draft, leases: LeaseSettings): void {
  const { deadlineAt } = draft.header;
  if (deadlineAt !== null && deadlineAt <= draft.now) {
    return end(draft, fault("RUN_DEADLINE", "the run's deadline passed before it ended"));
  }
  for (const { id, dueAt, lease } of draft.state.segments.values()) {
    if (dueAt === null || dueAt > draft.now) continue;
    if (lease !== null) {
      expire(draft, id, fault("LEASE_EXPIRED", "no executor answered before the lease ended"), leases);
      continue;
    }
    for (const { id: stepId, waiting } of draft.segment(id).steps) {
      const planned = draft.index.stepById.get(stepId);
      if (planned && waiting && waiting.until <= draft.now) {
        endWait(draft, stepId, (step) => timeIsUp(planned, step, waiting, draft.now), leases);
      }
    }
    if (draft.isHeld) draft.putSegment({ ...draft.segment(id), dueAt: null });
    else dispatchSegments(draft, [id], "queue", leases);
  }
}

/** Nothing new is dispatched; what is under way may answer, and waits go on. */
export function pause(draft: Draft): void {
  if (draft.header.status !== "queued") draft.updateHeader({ status: "paused" });
}

export function resume(draft: Draft, leases: LeaseSettings): void {
  if (draft.header.status !== "paused") return;
  draft.updateHeader({ status: "running" });
  dispatchAll(draft, leases);
}

/**
 * Every step that waits for the event goes on with its payload. With none waiting, the next one to wait finds it. One
 * whose idempotency key the run has seen changes nothing.
 */
export function deliverEvent(draft: Draft, event: Extract<RunEvent, { type: "event" }>, leases: LeaseSettings): void {
  const { name, payload, heard } = event;
  if (heard) {
    if (heardBefore(draft.header, heard) !== "no") return;
    draft.updateHeader({ heard: hearing(draft.header, heard) });
  }
  const listening = waitingSteps(draft).filter(({ waiting }) => waiting?.event === name);
  for (const { id } of listening) takeEvent(draft, id, payload, leases);
  if (listening.length > 0) return;
  const mailbox = [...(draft.header.mailbox ?? []), { name, payload }].slice(-MAX_MAILBOX);
  draft.updateHeader({ mailbox });
}

/** Hands kept events to steps that have begun to wait since. Waits that cannot be end first. */
export function openMailbox(draft: Draft, leases: LeaseSettings): void {
  for (let found = true; found;) {
    endRefusedWaits(draft, leases);
    const mailbox = draft.header.mailbox ?? [];
    const waiting = mailbox.length === 0 ? [] : waitingSteps(draft);
    const at = mailbox.findIndex(({ name }) => waiting.some((step) => step.waiting?.event === name));
    const event = mailbox[at];
    found = event !== undefined;
    if (!event) continue;
    draft.updateHeader({ mailbox: mailbox.filter((_, index) => index !== at) });
    for (const step of waiting)
      if (step.waiting?.event === event.name) takeEvent(draft, step.id, event.payload, leases);
  }
}

/** Ends the waits that began with an input they cannot use; what that sets going may begin others. */
function endRefusedWaits(draft: Draft, leases: LeaseSettings): void {
  for (let next = draft.refused.pop(); next !== undefined; next = draft.refused.pop()) {
    const { step: id, fault: problem } = next;
    endWait(draft, id, (step) => waitFailed(problem, step, draft.now), leases);
  }
}

/** A person's word. One on a step that waits for none changes nothing. */
export function approve(draft: Draft, id: StepId, approved: boolean, word: JsonObject, leases: LeaseSettings): void {
  const planned = draft.index.stepById.get(id);
  if (!planned || draft.step(id).waiting?.kind !== "approval") return;
  endWait(draft, id, (step) => wordOutcome(planned, step, approved, word, draft.now), leases);
}

/** Ends the run now: whatever is open is cancelled, and no lease stays valid. */
export function end(draft: Draft, problem: Fault): void {
  draft.endReplanning();
  draft.fail(problem);
  draft.intents.splice(0);
  for (const { id } of draft.state.segments.values()) {
    const segment = draft.segment(id);
    if (segment.lease === null && segment.steps.every((step) => TERMINAL_STEP.has(step.status))) continue;
    draft.putSegment({ ...segment, lease: null, dueAt: null });
    for (const step of segment.steps) {
      if (!TERMINAL_STEP.has(step.status)) draft.putStep(abandon(step, "cancelled", draft.takeSeq(), draft.now));
    }
  }
}

const waitingSteps = (draft: Draft): readonly StepState[] =>
  [...draft.state.segments.values()].flatMap(({ id }) =>
    draft.segment(id).steps.filter((step) => step.status === "waiting"),
  );

function takeEvent(draft: Draft, id: StepId, payload: StoredValue, leases: LeaseSettings): void {
  const planned = draft.index.stepById.get(id);
  if (planned) endWait(draft, id, (step) => waitOver(planned, payload, step, draft.now), leases);
}

/** A wait ends. Where the node's contract may refuse what ended it, somebody who knows the contract is asked first. */
function endWait(draft: Draft, id: StepId, outcome: (step: StepState) => StepOutcome, leases: LeaseSettings): void {
  const step = draft.step(id);
  if (step.status !== "waiting") return;
  const segment = draft.segmentOf(id);
  draft.putSegment({ ...segment, dueAt: null });
  const ended = outcome(step);
  const [arrived] = ended.ok ? Object.values(ended.outputs) : [];
  if (arrived !== undefined && draft.index.stepById.get(id)?.wait?.checked) {
    draft.putStep(arrive(step, arrived));
    return dispatchNext(draft, [segment.id], leases);
  }
  settle(draft, step, ended);
  dispatchAfter(draft, segment.id, [id], leases);
}
