import type { Fault } from "../../errors.ts";
import type { ContractKey } from "../../registry/node.ts";
import type { Served } from "../../registry/served.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import { err, ok, type Result } from "../../result.ts";
import { assemble, type Parts } from "../assemble/assemble.ts";
import { isHard, limitFault, violations } from "../model/limits.ts";
import type { Plan, PlanStep, StepId } from "../model/plan.ts";
import { planIndex } from "../model/plan-index.ts";
import { planFault } from "../model/problem.ts";
import { replanGoal } from "./replan-goal.ts";
import { replanGraph } from "./replan-graph.ts";
import { refOf, type Standing } from "./standing.ts";

/** What a run has behind it besides its plan. */
export interface Past {
  /** Steps that earlier plans of the run had and this one has not, each with whether it died. */
  readonly left: readonly { readonly step: PlanStep; readonly died: boolean }[];
  /** True while the gateway executes the run: what is pure of the remainder may run inline too. */
  readonly inline: boolean;
}

const NO_PAST: Past = { left: [], inline: false };

/**
 * A plan for what remains after steps have died: succeeded steps stay with their ids and segments, dead ones are replaced
 * by other nodes, and everything else is planned anew without the dead nodes. For a goal the whole remainder is resolved
 * again from what is there; for a graph each dead step becomes another allowed version of its node.
 *
 * New steps have ids the run has not seen, so their state cannot be mistaken, and a node that died once is not used again.
 * A step that has neither succeeded nor died may keep its id: it is the same step. Refusals: what planGoal refuses, and
 * PLAN_UNREACHABLE when there is no fallback.
 */
export function replan(
  plan: Plan,
  failedSteps: readonly StepId[],
  succeededOutputs: ReadonlyMap<StepId, readonly ContractKey[]>,
  snapshot: RegistrySnapshot,
  served: Served,
  past: Past = NO_PAST,
): Result<Plan, Fault> {
  const { stepById } = planIndex(plan);
  const failed = failedSteps.flatMap((id) => stepById.get(id) ?? []);
  if (failed.length === 0 || failed.length < failedSteps.length) {
    const strange = failedSteps.find((id) => !stepById.has(id));
    const message = strange === undefined ? "no step has failed" : `the plan has no step ${strange}`;
    return err(
      planFault("nothing_to_replan", message, { place: "failed_steps", hint: "name the dead steps of this plan" }),
    );
  }
  const dead = [...past.left.flatMap(({ step, died }) => (died ? [step] : [])), ...failed];
  const excluded = new Map(dead.map((step) => [refOf(step), `step ${step.id} failed with it in this run`]));
  const left = past.left.map(({ step }) => step);
  const standing: Standing = {
    plan,
    failed,
    succeeded: succeededOutputs,
    snapshot,
    available: { served, excluded },
    left,
  };
  const parts = plan.origin === "graph" ? replanGraph(standing) : replanGoal(standing);
  if (!parts.ok) return parts;
  const assembled = assemble(withKept(parts.value, standing, past));
  if (!assembled.ok) return assembled;
  const hard = violations(assembled.value, snapshot).find(isHard);
  return hard ? err(limitFault(hard)) : ok(assembled.value);
}

function withKept(parts: Parts, { plan, succeeded, available, left }: Standing, { inline }: Past): Parts {
  const segmentOf = new Map(
    plan.steps.flatMap((step) => (succeeded.has(step.id) ? [[step.id, step.segment] as const] : [])),
  );
  const used = [...plan.segments.map(({ id }) => id), ...left.map(({ segment }) => segment)];
  const names = [...available.excluded.keys()].join(", ");
  return {
    ...parts,
    guards: [...parts.guards, `replanned without ${names}`],
    kept: { segmentOf, nextNumber: Math.max(-1, ...used.map(numberOf)) + 1, inline },
  };
}

/** The number in a segment's id; −1 for one that follows no numbering. */
function numberOf(segment: string): number {
  const number = Number(segment.slice(1));
  return Number.isSafeInteger(number) ? number : -1;
}
