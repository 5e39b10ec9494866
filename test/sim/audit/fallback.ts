import { isForeign } from "../../../src/core/run/model/origin.ts";
import type { RegistrySnapshot } from "../../../src/core/registry/snapshot.ts";
import { isOfGiven } from "../../../src/core/run/reduce/given-fault.ts";
import { nextPlan } from "../../../src/core/run/reduce/next-plan.ts";
import type { RunState } from "../../../src/core/run/model/state.ts";
import type { Findings } from "./findings.ts";
import { ALL_SERVED } from "../../support/served.ts";

/** What no other node could have avoided. */
const UNAVOIDABLE = /^(RUN_CANCELLED|RUN_DEADLINE|WAIT_TIMEOUT|APPROVAL_REJECTED|GATE_CLOSED|VALUE_UNAVAILABLE)$/;

/** Whether the step failed because of what the run was given: then nothing takes its place. */
function wasGivenWrong({ plan, segments }: RunState, id: string): boolean {
  const planned = plan.steps.find((step) => step.id === id);
  const outcome = segments.get(planned?.segment ?? "")?.steps.find((step) => step.id === id)?.outcome;
  return planned !== undefined && outcome?.ok === false && isOfGiven(planned, outcome.fault);
}

/** Asks about every run that failed whether another plan would have been left. Only where nobody was out of reach. */
export function auditFallback(runs: Iterable<RunState>, snapshot: RegistrySnapshot, findings: Findings): void {
  for (const state of runs) {
    const { id, status, fault, replans = 0 } = state.header;
    if (status !== "failed" || isForeign(state.header) || replans >= state.plan.policy.maxReplans) continue;
    if (fault === null || UNAVOIDABLE.test(fault.code)) continue;
    const failed = [...state.segments.values()].flatMap(({ steps }) =>
      steps.filter((step) => step.status === "failed" && step.attempts.length > 0).map((step) => step.id),
    );
    if (failed.length === 0 || failed.some((step) => wasGivenWrong(state, step))) continue;
    const asked = { ...state, header: { ...state.header, replanning: { failed, question: null } } };
    const next = nextPlan(asked, snapshot, ALL_SERVED);
    if (next.ok)
      findings.add("fallback", `run ${id} failed with ${fault.code} while ${failed.join(", ")} could be done without`);
  }
}
