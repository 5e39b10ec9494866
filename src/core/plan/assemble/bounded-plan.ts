import type { Candidate, KeyChoice, Plan } from "../model/plan.ts";

/** Plans up to this many steps are stored with everything that was said for and against every candidate. */
const FULL_STEPS = 200;
/** Of a larger plan's candidates for a key, this many fallbacks are kept, the best first. */
const MOST_FALLBACKS = 32;

/**
 * The plan as a run stores it. Whatever was chosen or could take its place keeps its verdict, in order: replanning needs
 * no more. Rejected candidates and all reasons of a plan of more than 200 steps are left out; planning it again tells
 * them. The hash, which never covered them, stays true.
 */
export function boundedPlan(plan: Plan): Plan {
  if (plan.steps.length <= FULL_STEPS || plan.guards.includes(LEFT_OUT)) return plan;
  let made = boundedPlans.get(plan);
  if (!made) {
    made = { ...plan, why: plan.why.map(bounded), guards: [...plan.guards, LEFT_OUT] };
    boundedPlans.set(plan, made);
  }
  return made;
}

/** A plan that is used again gives one object again, with its index and its stored form. */
const boundedPlans = new WeakMap<Plan, Plan>();

const LEFT_OUT = `why is cut to chosen nodes and fallbacks: the plan has more than ${FULL_STEPS} steps`;

function bounded({ key, source, candidates }: KeyChoice): KeyChoice {
  let fallbacks = 0;
  const isKept = ({ verdict }: Candidate): boolean =>
    verdict === "chosen" || (verdict === "fallback" && ++fallbacks <= MOST_FALLBACKS);
  const kept = candidates.filter(isKept).map(({ node, version, verdict }) => ({ node, version, verdict, reasons: [] }));
  return { key, source, candidates: kept };
}
