import type { Contender } from "../search/contender.ts";
import type { NodeFacts } from "../search/facts.ts";
import type { Resolution } from "../search/resolution.ts";
import { Branching } from "./branch.ts";
import { improve } from "./improve.ts";
import type { Landmark } from "./landmarks.ts";
import { spread } from "./pass.ts";
import { gather, trim, type PlanSet } from "./plan-set.ts";
import { problemOf, type Problem } from "./problem.ts";
import { reduce, tidy } from "./reduce.ts";
import { Work } from "./work.ts";

/** What an optimum is looked for in. */
export interface Quest {
  /** A node's price, a whole number. */
  readonly priceOf: (facts: NodeFacts) => number;
  /** The longest chain of nodes. */
  readonly maxDepth: number;
  /** Steps of work that may be spent. */
  readonly effort: number;
  /** Whether the chains of the first plan are short enough. */
  readonly within: boolean;
}

/** The least a goal can cost, as far as it is known. */
export interface Optimum {
  /** The nodes of a cheaper plan; null when none was found. */
  readonly chosen: ReadonlySet<Contender> | null;
  /** The price of the cheapest plan that is known. */
  readonly price: number;
  /** No plan costs less than this. */
  readonly bound: number;
  /** Steps of work that were spent. */
  readonly work: number;
}

/** Where there is less work than this for each node that matters, none is begun: it would come to nothing. */
const LEAST_EFFORT = 16;

/** The share of the work that local search may take before branches are followed. */
const LOCAL_SHARE = 0.5;

/**
 * Looks for a plan that is cheaper than the first, in which what is shared is paid once, and for a bound below which there
 * is none. Finding the optimum is NP-hard: reductions keep it, landmarks bound it, a branch and bound finds it where the
 * rest is small, and local search comes near it where it is not.
 */
export function optimum(first: Resolution, { priceOf, maxDepth, effort, within }: Quest): Optimum {
  const { search } = first;
  let start = 0;
  for (const { facts } of first.chosen) start += priceOf(facts);
  if (!within) start = Infinity;
  const work = new Work(effort);
  const done = (best: PlanSet | null, bound: number): Optimum => {
    const price = best?.price ?? start;
    const chosen = best && new Set(best.actions.map(({ contender }) => contender));
    return { chosen, price, bound: Math.min(price, bound), work: work.done };
  };
  if (effort <= 0 || (within && start >= Number.MAX_SAFE_INTEGER)) return done(null, 0);
  if (search.contenders.length * LEAST_EFFORT > effort) return done(null, 0);
  const problem = problemOf(search, priceOf, maxDepth, work);
  reduce(problem, work);
  if (work.left <= 0) return done(null, problem.paid);
  const branching = new Branching(problem, null, start, work);
  const landmarks: Landmark[] = [];
  const bound = branching.bound(problem.paid, [], landmarks);
  if (bound >= branching.limit || work.left <= 0) return done(branching.best, bound);
  branching.offer();
  if (bound >= branching.limit) return done(branching.best, bound);
  const begin = branching.best ?? keyByKey(problem, work);
  if (begin) {
    const local = new Work(Math.min(work.left, Math.round(effort * LOCAL_SHARE)));
    branching.take(improve(begin, problem, bound, local));
    work.take(local.done);
  }
  if (bound >= branching.limit) return done(branching.best, bound);
  branching.bound(problem.paid, [], []);
  branching.fix(bound);
  tidy(problem, work);
  reduce(problem, work);
  branching.complete = true;
  branching.visit(problem.paid, []);
  return done(branching.best, branching.complete ? branching.limit : bound);
}

/** The cheapest derivation of every key by itself, of what is left of the problem. */
function keyByKey(problem: Problem, work: Work): PlanSet | null {
  for (const action of problem.actions) action.rest = action.price;
  spread(problem, "sum", work);
  return trim(gather(problem, work), problem, work);
}
