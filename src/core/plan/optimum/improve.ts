import { spread } from "./pass.ts";
import { count, gather, reaches, relieves, trim, type PlanSet } from "./plan-set.ts";
import type { Action, Problem } from "./problem.ts";
import type { Work } from "./work.ts";

/** Kicks in a row that may come to nothing before the search for a cheaper plan is given up. */
const MOST_KICKS = 100;
/** A plan this many times as dear as the best is still gone on from. */
const WORTH_GOING_ON = 1.1;

/**
 * Makes a plan cheaper where no proof is in sight. It takes in an action for which everything is there, and what that makes
 * superfluous goes. Where no such move helps, the plan does without one of its actions, which is made up for as cheaply as may
 * be, and the search goes on from there. Ends at `enough`, or when the work is spent.
 */
export function improve(plan: PlanSet, problem: Problem, enough: number, work: Work): PlanSet {
  let best = descend(plan, problem, work);
  let current = best;
  let state = 1;
  for (let idle = 0; idle < MOST_KICKS && best.price > enough && work.left > 0; idle++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const candidates = current.actions.filter(({ price, out }) => price > 0 && !out);
    const kicked = candidates[state % Math.max(1, candidates.length)];
    const other = kicked && replace(current, kicked, problem, work);
    if (!other) continue;
    const next = descend(other, problem, work, kicked);
    if (next.price <= best.price * WORTH_GOING_ON) current = next;
    if (next.price >= best.price) continue;
    best = next;
    idle = 0;
  }
  return best;
}

/** Takes in what helps, until nothing does. */
function descend(plan: PlanSet, problem: Problem, work: Work, forbidden: Action | null = null): PlanSet {
  let best = plan;
  for (let found = within(best, problem, work, forbidden); found; found = within(best, problem, work, forbidden)) {
    best = found;
  }
  return best;
}

/** The plan without one of its actions, that being made up for as cheaply as may be key by key. */
function replace(plan: PlanSet, action: Action, problem: Problem, work: Work): PlanSet | null {
  sink(plan, problem);
  action.out = true;
  spread(problem, "sum", work);
  action.out = false;
  if (problem.wants.some(({ value }) => value === Infinity)) return null;
  return trim(gather(problem, work), problem, work);
}

/** The plan with an action more, for which everything is there, and without what that makes superfluous. */
function within(plan: PlanSet, problem: Problem, work: Work, forbidden: Action | null): PlanSet | null {
  const kept = plan.actions.filter(({ out }) => !out);
  if (work.left <= 0 || !reaches(kept, problem, work)) return null;
  const { walk } = problem;
  count(kept, problem);
  const held = new Set(kept);
  const hopeful = problem.actions.filter(
    (action) =>
      !action.out &&
      action !== forbidden &&
      action.needs.every(({ seen }) => seen === walk) &&
      !held.has(action) &&
      relieves(action),
  );
  work.take(4 * problem.actions.length + kept.length);
  hopeful.sort((a, b) => a.price / a.gives.length - b.price / b.gives.length || a.place - b.place);
  for (const action of hopeful) {
    if (work.left <= 0) return null;
    const found = trim([...kept, action], problem, work, action);
    if (found && found.price < plan.price) return found;
  }
  return null;
}

/** What the plan has costs nothing more. */
function sink(plan: PlanSet, problem: Problem): void {
  for (const action of problem.actions) action.rest = action.price;
  for (const action of plan.actions) action.rest = 0;
}
