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

/** Whether the actions give everything that is wanted, in chains that are short enough. Quickest in the order of a chain. */
export function reaches(actions: readonly Action[], problem: Problem, work: Work): boolean {
  const walk = ++problem.walk;
  let waiting = actions;
  for (let round = 0; round < problem.maxDepth && waiting.length > 0; round++) {
    const had = problem.maxDepth === Infinity ? null : new Set<Fact>();
    const left: Action[] = [];
    work.take(2 * waiting.length);
    for (const action of waiting) {
      if (!action.needs.every(({ seen }) => seen === walk)) {
        left.push(action);
        continue;
      }
      // Where chains are limited, what one round gives is there in the next.
      for (const fact of action.gives)
        if (had) had.add(fact);
        else fact.seen = walk;
    }
    if (had) for (const fact of had) fact.seen = walk;
    if (left.length === waiting.length) break;
    waiting = left;
  }
  return problem.wants.every(({ seen }) => seen === walk);
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
  return chosen.reverse();
}

/**
 * Leaves out what the others make up for, the dearest first; of equals the less preferred. What is to be kept stays. Null
 * when the actions are no plan.
 */
export function trim(
  actions: readonly Action[],
  problem: Problem,
  work: Work,
  kept: Action | null = null,
): PlanSet | null {
  if (!reaches(actions, problem, work)) return null;
  count(actions, problem);
  let current = actions;
  const order = actions
    .filter((action) => action.price > 0 && action !== kept)
    .sort((a, b) => b.price - a.price || b.place - a.place);
  for (let changed = true; changed;) {
    changed = false;
    work.take(2 * order.length + current.length);
    for (const [at, action] of order.entries()) {
      if (isAlone(action)) continue;
      const others = current.filter((other) => other !== action);
      if (!isIdle(action) && !reaches(others, problem, work)) continue;
      for (const fact of action.gives) fact.stock--;
      for (const need of action.needs) need.uses--;
      order.splice(at, 1);
      current = others;
      changed = true;
      break;
    }
  }
  return planSet(current, problem);
}

/** Counts how often a set gives and needs each fact. */
export function count(actions: readonly Action[], { wants }: Problem): void {
  for (const { gives, needs } of actions) {
    for (const fact of gives) fact.stock = fact.uses = 0;
    for (const need of needs) need.stock = need.uses = 0;
  }
  for (const fact of wants) fact.uses = 1;
  for (const action of actions) {
    for (const fact of action.gives) {
      fact.stock++;
      fact.holder = action;
    }
    for (const need of action.needs) need.uses++;
  }
}

/** Whether an action gives all that one of a set, which is counted, gives alone: then the other may be left out. */
export function relieves({ gives }: Action): boolean {
  return gives.some(({ stock, uses, holder }) => {
    if (stock !== 1 || uses === 0 || !holder || holder.price === 0) return false;
    return holder.gives.every((fact) => fact.stock !== 1 || fact.uses === 0 || gives.includes(fact));
  });
}

/** Whether it alone gives what is wanted or what an action of the set needs. */
const isAlone = ({ gives }: Action): boolean => gives.some(({ stock, uses }) => stock === 1 && uses > 0);

/** Whether nobody uses what it gives. */
const isIdle = ({ gives }: Action): boolean => gives.every(({ uses }) => uses === 0);
