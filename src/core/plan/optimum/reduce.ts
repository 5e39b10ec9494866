import type { Action, Fact, Problem } from "./problem.ts";
import type { Work } from "./work.ts";

/** Rounds after which little is left to be found. */
const MOST_ROUNDS = 8;

/**
 * Makes a problem smaller without losing its cheapest plan: takes out what leads nowhere, what another action does at
 * least as well, and pays for what every plan must hold. Of equals the one that is preferred stays.
 */
export function reduce(problem: Problem, work: Work): void {
  for (let round = 0; round < MOST_ROUNDS && work.left > 0; round++) {
    tidy(problem, work);
    const forced = force(problem, work);
    const dominated = dominate(problem, work);
    if (!forced && !dominated) return;
  }
  tidy(problem, work);
}

/** Drops actions that are out or whose every output leads nowhere, and facts nobody needs. */
export function tidy(problem: Problem, work: Work): void {
  const live = new Set<Action>();
  const kept: Fact[] = [];
  const seen = new Set<Fact>();
  problem.wants = problem.wants.filter((fact) => fact.wanted);
  for (const fact of problem.wants) seen.add(fact);
  // The set grows while it is walked.
  for (const fact of seen) {
    kept.push(fact);
    fact.users = [];
    fact.makers = fact.makers.filter((maker) => !maker.out);
    work.take(fact.makers.length + 1);
    for (const maker of fact.makers) {
      live.add(maker);
      for (const need of maker.needs) seen.add(need);
    }
  }
  problem.facts = kept;
  problem.actions = problem.actions.filter((action) => live.has(action));
  for (const action of problem.actions) {
    action.gives = action.gives.filter((fact) => seen.has(fact));
    for (const need of action.needs) need.users.push(action);
    work.take(action.needs.length + action.gives.length);
  }
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
    work.take(fact.makers.length);
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
        user.needs = user.needs.filter((need) => need !== fact);
        if (user.price === 0 && user.needs.length === 0) there.push(user);
      }
      for (const maker of fact.makers)
        if (maker !== action) maker.gives = maker.gives.filter((given) => given !== fact);
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
    if (rivals) work.take(rivals.length);
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
