import { Heap } from "../model/heap.ts";
import type { Action, Fact, Problem } from "./problem.ts";
import type { Work } from "./work.ts";

/** What an action costs with its needs: the dearest of them, which is never too much, or all of them. */
export type Combine = "max" | "sum";

/**
 * Prices every fact by what is left of the actions' prices, cheapest first (Knuth 1977). With `max` no fact costs less
 * than this in any plan.
 */
export function spread({ facts, actions }: Problem, combine: Combine, work: Work): void {
  for (const fact of facts) {
    fact.value = Infinity;
    fact.by = null;
  }
  const heap = new Heap<Action>(byValue);
  /** What costs as much as what is being settled needs no place in the order. */
  const now: Action[] = [];
  for (const action of actions) {
    action.waiting = action.needs.length;
    action.support = null;
    if (action.waiting > 0 || action.out) continue;
    action.value = action.rest;
    if (action.rest === 0) now.push(action);
    else heap.push(action);
  }
  work.take(facts.length + actions.length);
  for (let next = now.pop() ?? heap.pop(); next !== undefined; next = now.pop() ?? heap.pop()) {
    for (const fact of next.gives) {
      if (fact.value < Infinity) continue;
      fact.value = next.value;
      fact.by = next;
      work.take(fact.users.length + 1);
      for (const user of fact.users) {
        if (--user.waiting > 0 || user.out) continue;
        // The last of the needs to be settled is the dearest.
        user.support = fact;
        user.value = user.rest + (combine === "max" ? fact.value : sumOf(user.needs));
        if (user.value === next.value) now.push(user);
        else heap.push(user);
      }
    }
  }
}

const byValue = (a: { readonly value: number }, b: { readonly value: number }): number => a.value - b.value;

function sumOf(facts: readonly Fact[]): number {
  let sum = 0;
  for (const { value } of facts) sum += value;
  return sum;
}

/** Brings a pass with `max` up to date after something was taken from what is left of these actions' prices. */
export function lower(cheaper: readonly Action[], work: Work): void {
  const heap = new Heap<Cheaper>(byValue);
  for (const action of cheaper) if (action.waiting === 0) offer(action, heap, work);
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) {
    const { fact, value } = next;
    if (value > fact.value) continue;
    work.take(fact.users.length);
    for (const user of fact.users) {
      if (user.support !== fact || user.out || user.waiting > 0) continue;
      user.support = dearest(user.needs);
      offer(user, heap, work);
    }
  }
}

interface Cheaper {
  readonly fact: Fact;
  readonly value: number;
}

function offer(action: Action, heap: Heap<Cheaper>, work: Work): void {
  const value = action.rest + (action.support?.value ?? 0);
  action.value = value;
  work.take(action.gives.length);
  for (const fact of action.gives) {
    if (fact.value <= value) continue;
    fact.value = value;
    fact.by = action;
    heap.push({ fact, value });
  }
}

/** The dearest fact of a list; null for an empty one. */
export function dearest(facts: readonly Fact[]): Fact | null {
  let found: Fact | null = null;
  for (const fact of facts) if (found === null || fact.value > found.value) found = fact;
  return found;
}
