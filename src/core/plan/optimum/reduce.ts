import type { Action, Fact, Problem } from "./problem.ts";
import type { Work } from "./work.ts";

/** Rounds after which little is left to be found. */
const MOST_ROUNDS = 8;

/**
 * Makes a tidy problem smaller without losing its cheapest plan: takes out what leads nowhere, what another action does at
 * least as well, and pays for what every plan must hold. Of equals the one that is preferred stays.
 */
export function reduce(problem: Problem, work: Work): void {
  for (let round = 0; round < MOST_ROUNDS && work.left > 0; round++) {
    if (round > 0) tidy(problem, work);
    const forced = force(problem, work);
    const dominated = dominate(problem, work);
    if (!forced && !dominated) return;
  }
  tidy(problem, work);
}

/** Drops actions that are out or whose every output leads nowhere, and facts nobody needs. */
export function tidy(problem: Problem, work: Work): void {
  const walk = ++problem.walk;
  const open: Fact[] = [];
  const see = (fact: Fact): void => {
    if (fact.seen === walk) return;
    fact.seen = walk;
    fact.users.length = 0;
    open.push(fact);
  };
  problem.wants = problem.wants.filter((fact) => fact.wanted);
  problem.wants.forEach(see);
  // The list grows while it is walked.
  for (const fact of open) {
    keep(fact.makers, isIn);
    work.take(fact.makers.length + 1);
    for (const maker of fact.makers) {
      if (maker.seen === walk) continue;
      maker.seen = walk;
      maker.needs.forEach(see);
    }
  }
  problem.facts = open;
  keep(problem.actions, (action) => action.seen === walk);
  for (const action of problem.actions) {
    keep(action.gives, (fact) => fact.seen === walk);
    for (const need of action.needs) need.users.push(action);
    work.take(action.needs.length + action.gives.length);
  }
}

const isIn = (action: Action): boolean => !action.out;

/** Takes out of a list what does not pass, in place. */
function keep<T>(list: T[], passes: (one: T) => boolean): void {
  let kept = 0;
  for (const one of list) if (passes(one)) list[kept++] = one;
  list.length = kept;
}

/**
 * Pays for the only maker of what must be had; what all makers of it need must be had too. A paid action that needs
 * nothing gives what it gives at once.
 */
function force(problem: Problem, work: Work): boolean {
  const paid = problem.paid;
  const must = new Set(problem.wants);
  const there: Action[] = [];
  // The set grows while it is walked.
  for (const fact of must) {
    const [only, ...others] = fact.makers;
    if (!only) continue;
    work.take(fact.makers.length * (only.needs.length + 1));
    for (const need of only.needs) if (others.every((other) => other.needs.includes(need))) must.add(need);
    if (others.length > 0) continue;
    problem.paid += only.price;
    only.price = 0;
    // Where chains are limited, their length must stay to be seen.
    if (only.needs.length === 0 && problem.maxDepth === Infinity) there.push(only);
  }
  // The list grows while it is walked.
  for (const action of there) {
    if (action.out) continue;
    action.out = true;
    problem.forced.push(action);
    for (const fact of action.gives) {
      fact.wanted = false;
      for (const user of fact.users) {
        work.take(user.needs.length);
        keep(user.needs, (need) => need !== fact);
        if (user.price === 0 && user.needs.length === 0) there.push(user);
      }
      for (const maker of fact.makers) if (maker !== action) keep(maker.gives, (given) => given !== fact);
      work.take(fact.users.length + fact.makers.length);
      fact.users = [];
      fact.makers = [];
    }
    action.gives = [];
  }
  return there.length > 0 || problem.paid > paid;
}

/** Takes out every action for which another does as much, needs no more and costs no more. */
function dominate(problem: Problem, work: Work): boolean {
  let found = false;
  for (const action of problem.actions) {
    if (action.out) continue;
    let rivals: readonly Action[] | null = null;
    for (const { makers } of action.gives) if (!rivals || makers.length < rivals.length) rivals = makers;
    if (work.left <= 0) return found;
    if (rivals) work.take(rivals.length * (action.needs.length + action.gives.length));
    if (rivals?.some((rival) => rival !== action && !rival.out && beats(rival, action)) === false) continue;
    action.out = true;
    found = true;
  }
  return found;
}

function beats(rival: Action, action: Action): boolean {
  if (rival.price > action.price || (rival.price === action.price && rival.place > action.place)) return false;
  return (
    rival.needs.length <= action.needs.length &&
    rival.gives.length >= action.gives.length &&
    rival.needs.every((need) => action.needs.includes(need)) &&
    action.gives.every((fact) => rival.gives.includes(fact))
  );
}
