import type { Action, Fact, Problem } from "./problem.ts";
import type { Work } from "./work.ts";

/** Actions that together give everything that is wanted. */
export interface PlanSet {
  readonly actions: readonly Action[];
  /** Their prices together. */
  readonly price: number;
}

/** A set of actions with those that are in every plan. */
function planSet(actions: readonly Action[], { forced, paid }: Problem): PlanSet {
  let price = paid;
  for (const action of actions) price += action.price;
  return { actions: [...forced, ...actions], price };
}

/** Whether the actions give everything that is wanted, in chains that are short enough. */
export function reaches(actions: readonly Action[], problem: Problem, work: Work): boolean {
  const walk = ++problem.walk;
  let level: Action[] = [];
  for (const action of actions) {
    action.seen = walk;
    action.missing = action.needs.length;
    if (action.missing === 0) level.push(action);
  }
  work.take(actions.length);
  for (let depth = 1; level.length > 0 && depth <= problem.maxDepth; depth++) {
    const next: Action[] = [];
    for (const action of level) {
      for (const fact of action.gives) {
        if (fact.seen === walk) continue;
        fact.seen = walk;
        work.take(fact.users.length + 1);
        for (const user of fact.users) if (user.seen === walk && --user.missing === 0) next.push(user);
      }
    }
    level = next;
  }
  return problem.wants.every((fact) => fact.seen === walk);
}

/** The actions through which a pass has everything that is wanted. */
export function gather(problem: Problem, work: Work, also: readonly Fact[] = []): Action[] {
  const walk = ++problem.walk;
  const open: Fact[] = [...problem.wants, ...also];
  const chosen: Action[] = [];
  for (let fact = open.pop(); fact !== undefined; fact = open.pop()) {
    const { by } = fact;
    if (by === null || by.seen === walk) continue;
    by.seen = walk;
    chosen.push(by);
    work.take(by.needs.length + 1);
    for (const need of by.needs) open.push(need);
  }
  return chosen;
}

/**
 * Leaves out what the others make up for, the dearest first; of equals the less preferred. Null when the actions are no
 * plan.
 */
export function trim(actions: readonly Action[], problem: Problem, work: Work): PlanSet | null {
  if (!reaches(actions, problem, work)) return null;
  let current = [...actions];
  for (const action of current) for (const fact of action.gives) fact.stock = 0;
  for (const action of current) for (const fact of action.gives) fact.stock++;
  const order = current.filter(({ price }) => price > 0).sort((a, b) => b.price - a.price || b.place - a.place);
  for (let changed = true; changed && work.left > 0;) {
    changed = false;
    for (const action of order) {
      if (!current.includes(action) || isAlone(action, current, problem, work)) continue;
      const others = current.filter((other) => other !== action);
      if (!reaches(others, problem, work)) continue;
      for (const fact of action.gives) fact.stock--;
      current = others;
      changed = true;
    }
  }
  return planSet(current, problem);
}

/** Whether it alone gives what is wanted or what another action of the set needs. */
function isAlone(action: Action, set: readonly Action[], problem: Problem, work: Work): boolean {
  let marked = 0;
  for (const fact of action.gives) {
    if (fact.stock > 1) continue;
    if (fact.wanted) return true;
    if (marked === 0) {
      marked = ++problem.walk;
      for (const other of set) other.seen = marked;
    }
    work.take(fact.users.length);
    for (const user of fact.users) if (user.seen === marked && user !== action) return true;
  }
  return false;
}
