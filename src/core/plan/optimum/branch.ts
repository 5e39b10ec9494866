import { ascend, type Landmark } from "./landmarks.ts";
import { gather, reaches, trim, type PlanSet } from "./plan-set.ts";
import type { Action, Problem } from "./problem.ts";
import type { Work } from "./work.ts";

/** Branches are followed no deeper than this. */
const MOST_TAKEN = 300;

/**
 * Looks for plans that cost less than the best one known, and for the proof that there are none: takes the actions of a
 * landmark in turn, for one of them is in every plan, and leaves a branch when its bound is no better than the best.
 */
export class Branching {
  best: PlanSet | null;
  /** Nothing at or above this price is of use. */
  limit: number;
  /** False when a branch was left for want of work. */
  complete = true;
  readonly #problem: Problem;
  readonly #work: Work;

  constructor(problem: Problem, best: PlanSet | null, limit: number, work: Work) {
    this.#problem = problem;
    this.#work = work;
    this.best = best;
    this.limit = limit;
  }

  /** Goes through everything below what is taken and left out. `known` are landmarks that still hold. */
  visit(paid: number, known: readonly Landmark[], depth = 0): void {
    if (this.#work.left <= 0 || depth > MOST_TAKEN) {
      this.complete = false;
      return;
    }
    const landmarks: Landmark[] = [];
    const bound = this.bound(paid, known, landmarks);
    if (bound >= this.limit) return;
    this.offer();
    const left = this.fix(bound);
    const next = bound >= this.limit ? null : (narrowest(landmarks, this.#work) ?? this.shortcut());
    if (next) {
      for (const action of next) {
        action.taken = true;
        this.visit(paid + action.price, landmarks, depth + 1);
        action.taken = false;
        action.out = true;
        left.push(action);
      }
    }
    for (const action of left) action.out = false;
  }

  /** A price below which there is no plan with what is taken and without what is left out. */
  bound(paid: number, known: readonly Landmark[], landmarks: Landmark[]): number {
    this.#work.take(this.#problem.actions.length);
    for (const action of this.#problem.actions) action.rest = action.taken ? 0 : action.price;
    let bound = paid;
    for (const landmark of known) {
      const { actions } = landmark;
      this.#work.take(actions.length);
      if (actions.some(({ taken }) => taken)) continue;
      let weight = Infinity;
      for (const { out, rest } of actions) if (!out && rest < weight) weight = rest;
      if (weight === Infinity) return Infinity;
      for (const action of actions) if (!action.out) action.rest -= weight;
      bound += weight;
      landmarks.push(landmark);
    }
    if (bound >= this.limit) return bound;
    bound += ascend(this.#problem, landmarks, this.limit - bound, this.#work);
    if (this.#work.left <= 0 && bound < this.limit) this.complete = false;
    return bound;
  }

  /** Tries what the bound left without a price. */
  offer(): void {
    const found = trim(gather(this.#problem, this.#work), this.#problem, this.#work);
    if (found) this.take(found);
  }

  /** Keeps a plan that is cheaper than the best one known. */
  take(found: PlanSet): void {
    if (found.price >= this.limit) return;
    this.best = found;
    this.limit = found.price;
  }

  /**
   * Actions of which every plan has one that what is taken lacks: it gives everything, but in chains that are too long.
   * Null when it gives everything in time.
   */
  shortcut(): readonly Action[] | null {
    const { actions } = this.#problem;
    const held = actions.filter(({ taken }) => taken);
    if (reaches(held, this.#problem, this.#work)) return null;
    const others = actions.filter(({ taken, out }) => !taken && !out);
    const lacking = others
      .sort((a, b) => b.price - a.price || b.place - a.place)
      .filter((action) => {
        held.push(action);
        if (!reaches(held, this.#problem, this.#work)) return false;
        held.pop();
        return true;
      });
    return lacking.reverse();
  }

  /** Leaves out what no plan below the limit can hold. */
  fix(bound: number): Action[] {
    const left: Action[] = [];
    this.#work.take(this.#problem.actions.length);
    for (const action of this.#problem.actions) {
      if (action.out || action.taken) continue;
      const least = action.waiting > 0 ? Infinity : bound + action.rest + (action.support?.value ?? 0);
      if (least < this.limit) continue;
      action.out = true;
      left.push(action);
    }
    return left;
  }
}

/** The actions of the landmark with the fewest, the cheapest first; null when all are met. */
function narrowest(landmarks: readonly Landmark[], work: Work): readonly Action[] | null {
  let fewest: readonly Action[] | null = null;
  for (const { actions } of landmarks) {
    work.take(actions.length);
    const open = actions.filter(({ out }) => !out);
    if (!fewest || open.length < fewest.length) fewest = open;
  }
  return fewest && [...fewest].sort((a, b) => a.price - b.price || a.place - b.place);
}
