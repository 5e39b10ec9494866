import { preference, type Contender, type Demand } from "../search/contender.ts";
import { mayServe, outputShape, type Search } from "../search/search.ts";
import type { NodeFacts } from "../search/facts.ts";
import type { Work } from "./work.ts";

/** Something that must be had before it can be used: a demand of the search. */
export interface Fact {
  readonly demand: Demand;
  wanted: boolean;
  /** Actions that give it. */
  makers: Action[];
  /** Actions that need it. */
  users: Action[];
  /** What having it costs at least, in a pass. */
  value: number;
  /** The action through which it has its value. */
  by: Action | null;
  /** The walk that saw it last. */
  seen: number;
  /** How many actions of a set give it. */
  stock: number;
  /** The last action of a set that gives it. */
  holder: Action | null;
  /** How many actions of a set need it; one more where it is wanted. */
  uses: number;
}

/** A node that may be a part of the plan: paid once, however many use it. */
export interface Action {
  readonly contender: Contender;
  /** Its place in the order of preference. */
  place: number;
  /** What is still to be paid for it: nothing once it is known to be a part of every plan. */
  price: number;
  needs: Fact[];
  gives: Fact[];
  /** Not a part of any plan that is looked for. */
  out: boolean;
  /** A part of every plan that is looked for. */
  taken: boolean;
  /** What is left of its price when the landmarks have taken theirs. */
  rest: number;
  /** What it costs with what it needs, in a pass. */
  value: number;
  /** Needs that are not there yet, in a pass. */
  waiting: number;
  /** Needs that are not there yet, in a walk. */
  missing: number;
  /** The dearest of its needs, in a pass. */
  support: Fact | null;
  /** The walk that saw it last. */
  seen: number;
}

/**
 * The question of a goal when what is shared is paid once: which actions, at the least total price, give everything that
 * is wanted from nothing. The same as an optimal plan of a planning task without deletions.
 */
export interface Problem {
  facts: Fact[];
  /** The facts that are wanted. */
  wants: Fact[];
  actions: Action[];
  /** Actions that are a part of every plan and need nothing that is not there. */
  readonly forced: Action[];
  /** The price of everything that is known to be a part of every plan. */
  paid: number;
  /** The longest chain of actions. */
  readonly maxDepth: number;
  /** Counts the walks, so that each knows what it has seen. */
  walk: number;
}

/**
 * The part of a search that matters: everything that can be had and is wanted, or needed by what is. In an order that
 * depends on what nodes are and not on where the registry has them.
 */
export function problemOf(
  search: Search,
  priceOf: (facts: NodeFacts) => number,
  maxDepth: number,
  work: Work,
): Problem {
  const facts = new Map<Demand, Fact>();
  const actions: Action[] = [];
  const byContender = new Map<Contender, Action>();
  const open: Fact[] = [];
  const factOf = (demand: Demand, wanted: boolean): Fact => {
    let fact = facts.get(demand);
    if (!fact) {
      fact = { demand, wanted, makers: [], users: [], value: 0, by: null, seen: 0, stock: 0, holder: null, uses: 0 };
      facts.set(demand, fact);
      open.push(fact);
    }
    return fact;
  };
  const actionOf = (contender: Contender): Action => {
    let action = byContender.get(contender);
    if (!action) {
      action = newAction(contender, priceOf(contender.facts));
      byContender.set(contender, action);
      actions.push(action);
      for (const need of contender.needs) {
        const needed = factOf(need, false);
        needed.users.push(action);
        action.needs.push(needed);
      }
      work.take(action.needs.length + 1);
    }
    return action;
  };
  const wants = [...search.wants].sort((a, b) => (a.key < b.key ? -1 : 1)).map((demand) => factOf(demand, true));
  // The list grows while it is walked.
  for (const fact of open) {
    for (const contender of makersOf(fact.demand, search, work)) {
      const action = actionOf(contender);
      fact.makers.push(action);
      action.gives.push(fact);
    }
  }
  actions.sort((a, b) => preference(a.contender, b.contender));
  for (const [place, action] of actions.entries()) action.place = place;
  return { facts: open, wants, actions, forced: [], paid: 0, maxDepth, walk: 0 };
}

const newAction = (contender: Contender, price: number): Action => ({
  contender,
  place: 0,
  price,
  needs: [],
  gives: [],
  out: false,
  taken: false,
  rest: 0,
  value: 0,
  waiting: 0,
  missing: 0,
  support: null,
  seen: 0,
});

/** Who could serve a demand, in order of preference. What needs a key to give it gives nothing. */
function makersOf(demand: Demand, search: Search, work: Work): readonly Contender[] {
  const nodes = search.snapshot.producers.get(demand.key) ?? [];
  work.take(nodes.length);
  return nodes.flatMap((node) => {
    const contender = search.contenderOf(node);
    if (!contender || contender.place < 0 || contender.needs.includes(demand)) return [];
    const shape = outputShape(contender, demand.key);
    return shape !== undefined && mayServe(shape, demand, search.shapes) ? [contender] : [];
  });
}
