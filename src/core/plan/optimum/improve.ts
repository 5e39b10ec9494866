import { spread } from "./pass.ts";
import { gather, trim, type PlanSet } from "./plan-set.ts";
import type { Action, Problem } from "./problem.ts";
import type { Work } from "./work.ts";

/**
 * Makes a plan cheaper where no proof is in sight. Two moves, each with what the plan has already at no price: to do
 * without one of its actions, and to take in one it lacks; what that makes superfluous goes. Ends when no move helps or
 * the work is spent.
 */
export function improve(plan: PlanSet, problem: Problem, work: Work): PlanSet {
  let best = plan;
  for (let better = true; better && work.left > 0;) {
    const found = without(best, problem, work) ?? within(best, problem, work);
    better = found !== null;
    if (found) best = found;
  }
  return best;
}

function without(plan: PlanSet, problem: Problem, work: Work): PlanSet | null {
  const order = plan.actions.filter(({ price }) => price > 0).sort((a, b) => b.price - a.price || a.place - b.place);
  for (const action of order) {
    if (work.left <= 0) return null;
    if (action.out) continue;
    sink(plan, problem);
    action.out = true;
    spread(problem, "sum", work);
    action.out = false;
    if (problem.wants.some(({ value }) => value === Infinity)) continue;
    const found = trim(gather(problem, work), problem, work);
    if (found && found.price < plan.price) return found;
  }
  return null;
}

function within(plan: PlanSet, problem: Problem, work: Work): PlanSet | null {
  sink(plan, problem);
  spread(problem, "sum", work);
  const kept = plan.actions.filter((action) => problem.actions.includes(action));
  const held = new Set(kept);
  const others = problem.actions.filter(({ out, waiting, gives }) => !out && waiting === 0 && gives.length > 1);
  const chains = others.flatMap((action) => {
    const extra = held.has(action) ? Infinity : action.value;
    return extra < plan.price ? [{ action, extra }] : [];
  });
  chains.sort(
    (a, b) => a.extra / a.action.gives.length - b.extra / b.action.gives.length || a.action.place - b.action.place,
  );
  const sets = chains.map(({ action }) => joined(kept, action, problem, work));
  for (const set of sets) {
    if (work.left <= 0) return null;
    const found = trim(set, problem, work);
    if (found && found.price < plan.price) return found;
  }
  return null;
}

/** The set with an action and what that needs besides. */
function joined(kept: readonly Action[], action: Action, problem: Problem, work: Work): readonly Action[] {
  const extra = gather(problem, work, action.needs);
  return [...new Set([...kept, action, ...extra])];
}

/** What the plan has costs nothing more. */
function sink(plan: PlanSet, problem: Problem): void {
  for (const action of problem.actions) action.rest = action.price;
  for (const action of plan.actions) action.rest = 0;
}
