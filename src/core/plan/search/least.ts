import { derive } from "../optimum/derive.ts";
import { optimum } from "../optimum/optimum.ts";
import { USUAL_EFFORT } from "../../../../contracts/documents/policy.ts";
import { cheapest, fewest, stepsOf } from "./models.ts";
import { chainLength, prune } from "./prune.ts";
import { resolve, type Resolution } from "./resolution.ts";
import { search, type Search, type SearchRequest } from "./search.ts";
import { shallowest } from "./shallow.ts";
import type { NodeFacts } from "./facts.ts";

/** A derivation in which shared nodes are paid once, and what is known of the least there is. */
export interface Least {
  readonly resolution: Resolution;
  /** No derivation within the limits has less. */
  readonly bound: number;
  /** Its own total, counted like the bound. */
  readonly total: number;
}

/** What the choice by keys one by one comes to, without what is superfluous in it. */
export const additive = (found: Search): Resolution =>
  prune(
    resolve(found, (demand) => demand.by),
    found.request.policy.maxDepth,
  );

/** The cheapest derivation that the policy's effort finds, starting from a first one. */
export function least(
  first: Resolution,
  priceOf: (facts: NodeFacts) => number = (facts) => first.search.model.price(facts),
  maxDepth = Infinity,
): Least {
  const { effort = USUAL_EFFORT } = first.search.request.policy;
  const limited = maxDepth < Infinity;
  const within = !limited || (chainLength(first) ?? Infinity) <= maxDepth;
  const { chosen, price, bound } = optimum(first, { priceOf, maxDepth, effort, within });
  const resolution = chosen && derive(first.search, chosen, limited);
  return { resolution: resolution ?? first, bound, total: price };
}

/** The cheapest derivation in chains that are short enough, or null when there is none at all. */
export function leastShallow(found: Search, maxDepth: number): Least | null {
  const first = shallowest(found, maxDepth);
  return first && least(first, undefined, maxDepth);
}

/** The derivations of few enough steps that were found, the cheapest first, and what is proved of all there are. */
export interface Short {
  readonly resolutions: readonly Resolution[];
  /** No derivation has fewer steps. */
  readonly fewestSteps: number;
  /** No derivation of few enough steps costs less, in millionths. */
  readonly bound: number;
}

/** Weights of a step that are tried between the cheapest and the shortest derivation. */
const MOST_WEIGHTS = 6;

/**
 * Looks for the cheapest derivation of at most `maxSteps` steps: the shortest of all first, then with a price on every
 * step (Lagrange's relaxation: under any such price, what is cheapest bounds what is cheapest within the limit).
 */
export function leastShort(found: Search, cheap: Least, request: SearchRequest): Short {
  const { policy } = request;
  const { maxSteps, maxDepth } = policy;
  const steps = (facts: NodeFacts): number => stepsOf(facts, request);
  const cost = cheapest(policy);
  const price = (facts: NodeFacts): number => cost.price(facts);
  const sum = (list: Resolution["chosen"], of: (facts: NodeFacts) => number): number =>
    list.reduce((total, { facts }) => total + of(facts), 0);
  const shortest = least(additive(search(request, found.snapshot, fewest(request))), steps, maxDepth);
  const resolutions = [shortest.resolution];
  let bound = cheap.bound;
  let [long, short] = [cheap.resolution.chosen, shortest.resolution.chosen];
  for (let round = 0; round < MOST_WEIGHTS; round++) {
    const [fewer, dearer] = [sum(long, steps) - sum(short, steps), sum(short, price) - sum(long, price)];
    if (fewer <= 0 || dearer <= 0 || sum(short, steps) > maxSteps) break;
    const weight = Math.round(dearer / fewer);
    const weighed = (facts: NodeFacts): number => price(facts) + weight * steps(facts);
    const next = least(cheap.resolution, weighed, maxDepth);
    bound = Math.max(bound, next.bound - weight * maxSteps);
    const { chosen } = next.resolution;
    const better = sum(chosen, weighed) < Math.min(sum(long, weighed), sum(short, weighed));
    if (!better) break;
    if (sum(chosen, steps) > maxSteps) long = chosen;
    else {
      short = chosen;
      resolutions.unshift(next.resolution);
    }
  }
  return { resolutions, fewestSteps: shortest.bound, bound };
}
