import { MOST_REPLANS } from "../../../../contracts/documents/policy.ts";
import type { ErrorCode, Fault } from "../../errors.ts";
import { mayFallBack } from "../../plan/replan/may-fall-back.ts";
import type { Plan, PlanStep, StepId } from "../../plan/model/plan.ts";
import { refOf } from "../../plan/replan/standing.ts";
import type { Result } from "../../result.ts";
import { dispatchAll, dispatchInline } from "../dispatch/dispatch.ts";
import type { Draft } from "./draft.ts";
import { isOfGiven } from "./given-fault.ts";
import type { LeaseSettings } from "../model/event.ts";
import { skipDependents } from "./skip.ts";
import { isForeign, isRerun } from "../model/origin.ts";
import type { Replanning } from "../model/state.ts";

/** Faults that are not the node's: no other node could have avoided them. */
const UNAVOIDABLE: ReadonlySet<ErrorCode> = new Set([
  "RUN_CANCELLED",
  "RUN_DEADLINE",
  "WAIT_TIMEOUT",
  "APPROVAL_REJECTED",
  "GATE_CLOSED",
  "VALUE_UNAVAILABLE",
]);

/**
 * A step is dead. If another plan may do without it, the run waits for one: its dependents stay as they are and nothing
 * new is dispatched. Otherwise its failure is final at once.
 */
export function judgeDeath(draft: Draft, id: StepId, problem: Fault): void {
  const way = wayOn(draft, id, problem);
  if (!way.open) return makeFinal(draft, id, advised(problem, way.hint));
  const { failed = [], question = null } = draft.header.replanning ?? {};
  draft.updateHeader({ replanning: { failed: [...failed.filter((other) => other !== id), id], question } });
}

/** Whether another plan is worth asking for, and what to say to whoever wonders why it is not. */
type Way = { readonly open: true } | { readonly open: false; readonly hint: string | null };

/** A run that has failed already, or whose plan was changed as often as its policy allows, goes no other way. */
function wayOn(draft: Draft, id: StepId, problem: Fault): Way {
  const { header, state, index } = draft;
  const step = index.stepById.get(id);
  if (!step || step.wait || header.fault !== null || isForeign(header) || UNAVOIDABLE.has(problem.code))
    return { open: false, hint: null };
  if (isOfGiven(step, problem)) return { open: false, hint: null };
  const { replans = 0 } = header;
  const dead = (state.replaced ?? []).flatMap((one) => (one.state.status === "failed" ? [refOf(one.step)] : []));
  // The plan of a repeated run tells who was out of question in the run it was made for.
  const repeated = isRerun(header) && state.plan.origin !== "graph";
  if (!repeated && !mayFallBack(state.plan, step, new Set([...dead, refOf(step)])))
    return { open: false, hint: replans > 0 ? nobodyElse(state.plan, step) : null };
  const { maxReplans } = state.plan.policy;
  // False as well for a run stored before there was such a limit.
  if (replans < maxReplans) return { open: true };
  const more = maxReplans < MOST_REPLANS;
  return {
    open: false,
    hint: more ? `another node may do its work: raise policy.max_replans, now ${maxReplans}` : null,
  };
}

const nobodyElse = ({ origin }: Plan, { node, outputs }: PlanStep): string =>
  origin === "graph"
    ? `no other version of ${node} may be used`
    : `no other node that may be used gives ${outputs.join(", ")}`;

/**
 * Moves a run that waits for another plan: asks for it once the last lease has ended, and again when no answer came. A
 * failure that no plan can avoid ends the waiting.
 */
export function advanceReplanning(draft: Draft, leases: LeaseSettings): void {
  const { replanning, fault: problem } = draft.header;
  if (!replanning) return;
  if (problem !== null) return giveUp(draft, replanning, leases);
  if (replanning.question === null) {
    if (draft.activity.leased === 0) ask(draft, replanning, 1, leases);
  } else if (replanning.question.until <= draft.now) askAgain(draft, replanning, replanning.question.tries, leases);
}

/** The answer to a question. The draft of an accepted plan has it already; a plan under an old token changes nothing. */
export function replanned(draft: Draft, token: string, result: Result<Plan, Fault>, leases: LeaseSettings): void {
  if (draft.planChanged) return goOn(draft, leases);
  const { replanning } = draft.header;
  if (result.ok || !replanning || replanning.question?.token !== token) return;
  if (result.error.code === "UNDELIVERABLE") askAgain(draft, replanning, replanning.question.tries, leases);
  else giveUp(draft, replanning, leases, result.error);
}

/** Whether the run waits for this very answer. */
export const awaitsPlan = ({ replanning }: Draft["header"], token: string): boolean =>
  replanning?.question?.token === token;

/** The plan has changed. A dead step that is still in it is judged once more. */
function goOn(draft: Draft, leases: LeaseSettings): void {
  for (const { id: segment } of draft.state.segments.values()) {
    for (const { id, outcome } of draft.segment(segment).steps) {
      if (outcome && !outcome.ok) judgeDeath(draft, id, outcome.fault);
    }
  }
  dispatchRest(draft, leases);
}

function ask(draft: Draft, replanning: Replanning, tries: number, leases: LeaseSettings): void {
  const token = `replan.${(draft.header.replans ?? 0) + 1}.${tries}`;
  const until = draft.now + leases.graceMs * 2 ** (tries - 1);
  draft.updateHeader({ replanning: { ...replanning, question: { token, until, tries } } });
  draft.intents.push({ type: "replan", token });
}

function askAgain(draft: Draft, replanning: Replanning, tries: number, leases: LeaseSettings): void {
  if (tries <= leases.maxExpiries) ask(draft, replanning, tries + 1, leases);
  else giveUp(draft, replanning, leases);
}

/** The failures stand, with everything that waits for the dead steps. */
function giveUp(draft: Draft, { failed }: Replanning, leases: LeaseSettings, refusal?: Fault): void {
  draft.endReplanning();
  const hint = refusal === undefined ? null : `there is no other way: ${refusal.message}`;
  for (const id of failed) {
    const { outcome } = draft.step(id);
    if (outcome && !outcome.ok) makeFinal(draft, id, advised(outcome.fault, hint));
  }
  dispatchRest(draft, leases);
}

/** A fault may bring a hint of its own, which goes first. */
const advised = (problem: Fault, hint: string | null): Fault =>
  hint === null ? problem : { ...problem, hint: problem.hint === undefined ? hint : `${problem.hint}; ${hint}` };

/** What depends on the step will never run, and the run remembers the first cause. */
function makeFinal(draft: Draft, id: StepId, problem: Fault): void {
  draft.fail({ ...problem, place: problem.place ?? `step ${id}` });
  skipDependents(draft, id);
}

/** A run that has no ring yet is taken on by the gateway. */
function dispatchRest(draft: Draft, leases: LeaseSettings): void {
  if (draft.header.status === "queued") dispatchInline(draft, leases);
  else dispatchAll(draft, leases);
}
