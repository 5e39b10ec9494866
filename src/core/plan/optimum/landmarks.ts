import { dearest, lower, spread } from "./pass.ts";
import type { Action, Fact, Problem } from "./problem.ts";
import type { Work } from "./work.ts";

/** Actions of which every plan has one. */
export interface Landmark {
  readonly actions: readonly Action[];
}

/**
 * A price below which there is no plan, by landmarks that share out the actions' prices (Helmert and Domshlak,
 * "Landmarks, critical paths and abstractions", 2009; on Steiner trees it is Wong's dual ascent, 1984). Adds the
 * landmarks it finds and takes their weights from what is left of the prices, until nothing wanted costs anything any
 * more, the bound is as high as `enough`, or the work is spent. Infinite where there is no plan.
 */
export function ascend(problem: Problem, landmarks: Landmark[], enough: number, work: Work): number {
  spread(problem, "max", work);
  let bound = 0;
  for (let goal = dearest(problem.wants); goal !== null && goal.value > 0; goal = dearest(problem.wants)) {
    if (goal.value === Infinity) return Infinity;
    if (bound >= enough || work.left <= 0) break;
    const actions = cutBefore(goal, problem, work);
    const weight = Math.min(...actions.map(({ rest }) => rest));
    for (const action of actions) action.rest -= weight;
    bound += weight;
    landmarks.push({ actions });
    lower(actions, work);
  }
  return bound;
}

/** The actions that lead into what the goal follows from at no price. One of them is in every plan. */
function cutBefore(goal: Fact, problem: Problem, work: Work): readonly Action[] {
  const walk = ++problem.walk;
  const zone: Fact[] = [goal];
  const entries: Action[] = [];
  goal.seen = walk;
  // The list grows while it is walked.
  for (const fact of zone) {
    work.take(fact.makers.length);
    for (const maker of fact.makers) {
      if (maker.out || maker.waiting > 0 || maker.seen === walk) continue;
      maker.seen = walk;
      if (maker.rest > 0) {
        entries.push(maker);
        continue;
      }
      const { support } = maker;
      if (support === null || support.seen === walk) continue;
      support.seen = walk;
      zone.push(support);
    }
  }
  return entries.filter(({ support }) => support === null || support.seen !== walk);
}
