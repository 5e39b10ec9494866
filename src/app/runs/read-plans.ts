import type { Plan } from "../../core/plan/model/plan.ts";
import type { ReadPlans } from "../../core/plan/stored/plan-store-text.ts";
import { BoundedMemo } from "../plan/bounded-memo.ts";

/** A character of a stored plan stands for so many bytes: two of its text, and some seven of the plan with its index. */
const BYTES_OF_CHAR = 9;
const MOST = { entries: 256, weight: 36 * 1_024 * 1_024 };

/** How much is kept, and how often that was of use. */
export interface ReadPlansFigures {
  readonly plans: number;
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
}

/** Plans that were read lately, by their text: runs of one plan share one object, with its index. */
export class RecentPlans implements ReadPlans {
  readonly #plans = new BoundedMemo<Plan>(MOST);
  #hits = 0;
  #misses = 0;

  get(text: string): Plan | undefined {
    const plan = this.#plans.get(text);
    if (plan) this.#hits++;
    else this.#misses++;
    return plan;
  }

  keep(text: string, plan: Plan): void {
    this.#plans.set(text, plan, BYTES_OF_CHAR * text.length);
  }

  get figures(): ReadPlansFigures {
    return { plans: this.#plans.size, bytes: this.#plans.weight, hits: this.#hits, misses: this.#misses };
  }
}
