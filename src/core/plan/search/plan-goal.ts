import type { Fault } from "../../errors.ts";
import { keyGuardsOf } from "../../registry/key-guards.ts";
import type { ContractKey } from "../../registry/node.ts";
import type { Served } from "../../registry/served.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import { err, ok, type Result } from "../../result.ts";
import { assemble, type Parts } from "../assemble/assemble.ts";
import { bindGoal } from "./bind-goal.ts";
import { allOf, type Available } from "./eligible.ts";
import { Composites } from "../graph/composites.ts";
import { repeatedId } from "../assemble/distinct-ids.ts";
import { explain } from "./explain.ts";
import { figure } from "../model/figure.ts";
import { additive, least, leastShallow, leastShort, type Least } from "./least.ts";
import { cheapest, fastest, stepsOf } from "./models.ts";
import { PRICE_UNITS } from "./price.ts";
import type { Goal, Plan } from "../model/plan.ts";
import { isHard, lateness, limitFault, violations, type Violation } from "../model/limits.ts";
import { policyFault } from "../model/policy-conflicts.ts";
import { planFault } from "../model/problem.ts";
import type { Resolution } from "./resolution.ts";
import { search, type Search, type SearchRequest } from "./search.ts";
import { unfold } from "../graph/unfold.ts";
import { unreachable } from "./unreachable.ts";

/**
 * Plans a goal: the cheapest derivation of the wanted keys from the given ones by what is served, as an ordered and
 * segmented DAG. Pure and deterministic: the same goal, registry content and deployment give the same plan, down to its
 * hash.
 *
 * Refusals: PLAN_UNREACHABLE with what is missing and which candidates were rejected why; PLAN_TOO_MANY_STEPS,
 * PLAN_TOO_DEEP and PLAN_TOO_COSTLY naming the guard; PLAN_POLICY_CONFLICT naming two fields; PLAN_NOTHING_WANTED;
 * PLAN_INVALID_PIN; PLAN_DUPLICATE_STEP for a composite whose own steps are named like parts of its composites.
 */
export function planGoal(goal: Goal, snapshot: RegistrySnapshot, served: Served): Result<Plan, Fault> {
  return resolveGoal(goal, snapshot, allOf(served));
}

/** Plans a goal with what is available. */
export function resolveGoal(goal: Goal, snapshot: RegistrySnapshot, available: Available): Result<Plan, Fault> {
  const { policy } = goal;
  const problem = goal.want.length === 0 ? nothingWanted() : policyFault(policy);
  if (problem) return err(problem);
  const want = [...new Set(goal.want)];
  const request: SearchRequest = {
    want,
    given: new Set(goal.given),
    policy,
    available,
    composites: new Composites(snapshot, policy, available),
    guards: keyGuardsOf(snapshot),
    ...(goal.made === undefined ? {} : { made: goal.made }),
  };
  const found = search(request, snapshot, cheapest(policy));
  if (found.wants.some((demand) => demand.by === null)) return err(unreachable(found));
  const plain = additive(found);
  const cheap = least(plain);
  const known = { bound: cheap.bound, first: priceOfAll(plain) };
  const first = attempt(cheap.resolution, snapshot, known, []);
  if (!first.ok) return first;
  const { plan, violations: broken } = first.value;
  return plan !== null && broken.length === 0 ? ok(plan) : settleFor(first.value, { found, cheap, known });
}

interface Attempt {
  /** Null when there are so many steps that the plan was not even put together. */
  readonly plan: Plan | null;
  readonly violations: readonly Violation[];
}

type Known = NonNullable<Parts["least"]>;

/** What was looked at first. */
interface Cheapest {
  readonly found: Search;
  readonly cheap: Least;
  readonly known: Known;
}

const priceOfAll = ({ chosen }: Resolution): number => chosen.reduce((total, { price }) => total + price, 0);

/** A derivation that might be within the guards, and what is known of the least cost there. */
type Other = readonly [resolution: Resolution, bound: number];

/**
 * The cheapest plan breaks a guard: tries the cheapest plan that is shallow enough, those with few enough steps, and the
 * fastest, whichever the broken guards call for. The plan that is taken instead says which guard shaped it. Being late
 * is no reason to refuse: the run's own deadline decides. A refusal says whether it is proved that no plan is within the
 * guards.
 */
function settleFor(first: Attempt, { found, cheap, known }: Cheapest): Result<Plan, Fault> {
  const { request, snapshot } = found;
  const { policy } = request;
  const broken = new Set(first.violations.map(({ guard }) => guard));
  let { bound } = cheap;
  let impossible = false;
  const others: (() => readonly Other[])[] = [];
  if (broken.has("max_depth"))
    others.push(() => {
      const shallow = leastShallow(found, policy.maxDepth);
      if (shallow) bound = Math.max(bound, shallow.bound);
      else impossible = true;
      return shallow ? [[shallow.resolution, shallow.bound]] : [];
    });
  if (broken.has("max_steps"))
    others.push(() => {
      const short = leastShort(found, cheap, request);
      bound = Math.max(bound, short.bound);
      impossible ||= short.fewestSteps > policy.maxSteps;
      return short.resolutions.map((resolution): Other => [resolution, short.bound]);
    });
  if (broken.has("deadline_ms")) others.push(() => [[quickest(request, snapshot), cheap.bound]]);
  const notes = first.violations.map((violation) => ruledOut(violation, first.plan));
  let late: Attempt | null = first.violations.some(isHard) ? null : first;
  for (const other of others) {
    for (const [resolution, least] of other()) {
      const tried = attempt(resolution, snapshot, { ...known, bound: least }, notes);
      if (!tried.ok || tried.value.plan === null) continue;
      if (tried.value.violations.length === 0) return ok(tried.value.plan);
      if (!tried.value.violations.some(isHard)) late ??= tried.value;
    }
  }
  if (late?.plan) return ok({ ...late.plan, guards: [...late.plan.guards, ...late.violations.map(lateness)] });
  const hard = first.violations.find(isHard);
  const tooDear = policy.maxCost !== null && bound / PRICE_UNITS > policy.maxCost;
  return hard ? err(limitFault(hard, impossible || tooDear)) : err(unreachable(found));
}

/** The fastest plan: where steps take turns, the one whose steps take the least together. */
function quickest(request: SearchRequest, snapshot: RegistrySnapshot): Resolution {
  const fast = additive(search(request, snapshot, fastest(request.policy)));
  return fast.search.model.combine === "sum" ? least(fast).resolution : fast;
}

const ruledOut = ({ guard, limit, actual }: Violation, plan: Plan | null): string =>
  `${guard} ${figure(limit)} ruled out a plan with ${figure(actual)}${plan ? ` that costs ${figure(plan.cost)}` : ""}`;

function attempt(
  resolution: Resolution,
  snapshot: RegistrySnapshot,
  known: Known,
  guards: readonly string[],
): Result<Attempt, Fault> {
  const { request } = resolution.search;
  const { policy } = request;
  const length = resolution.chosen.reduce((total, { facts }) => total + stepsOf(facts, request), 0);
  const unfolds = length > resolution.chosen.length;
  if (length > policy.maxSteps * (unfolds ? 1 : WORTH_ASSEMBLING)) {
    return ok({ plan: null, violations: [{ guard: "max_steps", limit: policy.maxSteps, actual: length }] });
  }
  const { steps, results } = bindGoal(resolution);
  const unfolded = unfold(steps, results, request.composites.template, policy.maxSteps);
  if (!unfolded.ok) return unfolded;
  const repeated = repeatedId(unfolded.value);
  if (repeated) return err(repeated);
  const plan = assemble({
    ...unfolded.value,
    want: request.want,
    given: [...request.given].sort(),
    ...(request.made === undefined ? {} : { made: request.made }),
    why: explain(resolution, usedGiven(resolution)),
    guards,
    policy,
    snapshot,
    origin: "goal",
    least: known,
  });
  if (!plan.ok) return plan;
  return ok({ plan: plan.value, violations: violations(plan.value, snapshot) });
}

/** A plan with this many times the allowed steps is not worth its cost in the guard's note. */
const WORTH_ASSEMBLING = 4;

/** Given keys that the plan uses or hands through. */
function usedGiven({ chosen, search: { request } }: Resolution): ReadonlySet<ContractKey> {
  const used = new Set(request.want.filter((key) => request.given.has(key)));
  for (const { node } of chosen) for (const key of Object.keys(node.inputs)) if (request.given.has(key)) used.add(key);
  return used;
}

const nothingWanted = (): Fault =>
  planFault("nothing_wanted", "the goal wants nothing", { place: "goal.want", hint: "name at least one contract key" });
