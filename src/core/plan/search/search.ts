import { runsIn } from "../../registry/entrypoints.ts";
import type { KeyGuards } from "../../registry/key-guards.ts";
import type { ContractKey, NodeDefinition } from "../../registry/node.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import { ANY_SHAPE, byCost, type Contender, type Demand } from "./contender.ts";
import type { Composites } from "../graph/composites.ts";
import { refusalReasons, type Available } from "./eligible.ts";
import { factsOf, type Facts, type NodeFacts } from "./facts.ts";
import { Heap } from "../model/heap.ts";
import type { Policy } from "../model/policy.ts";
import type { Shapes } from "./shapes.ts";

/** What a search minimises. */
export interface CostModel {
  /** A node's own price, at least 1. */
  price(facts: NodeFacts): number;
  /** Whether a node costs the sum of what it needs or the dearest of it. Both are superior functions. */
  readonly combine: "sum" | "max";
  /** A total in words: `costs 1.2`. */
  say(total: number): string;
}

export interface SearchRequest {
  readonly want: readonly ContractKey[];
  readonly given: ReadonlySet<ContractKey>;
  readonly policy: Policy;
  readonly available: Available;
  readonly composites: Composites;
  readonly guards: KeyGuards;
  /** Of the given keys those that steps of the run have made already. */
  readonly made?: ReadonlySet<ContractKey>;
}

/** What is known after a search: every node that could matter for the goal, judged. */
export interface Search {
  /** One per wanted key that is not given, in the order wanted. */
  readonly wants: readonly Demand[];
  /** Every node that was considered, in the order in which they were met. */
  readonly contenders: readonly Contender[];
  contenderOf(node: NodeDefinition): Contender | undefined;
  /** The forms in which a key is asked for, by the key's number. */
  demands(keyNumber: number): readonly Demand[];
  readonly shapes: Shapes;
  readonly request: SearchRequest;
  readonly snapshot: RegistrySnapshot;
  readonly model: CostModel;
}

/**
 * Finds the cheapest derivation of every key the goal may need: Knuth's generalisation of Dijkstra's algorithm ("A
 * generalization of Dijkstra's algorithm", 1977) on the AND-OR hypergraph of contract keys. First walks back from the
 * wanted keys to see which nodes matter, so the effort depends on those and not on the size of the registry; then settles
 * nodes cheapest first. A node is settled only after everything it needs, so no derivation contains a cycle.
 */
export function search(request: SearchRequest, snapshot: RegistrySnapshot, model: CostModel): Search {
  const exploration = new Exploration(request, factsOf(snapshot), model);
  const wants = request.want.filter((key) => !request.given.has(key)).map((key) => exploration.want(key));
  exploration.walk();
  const { contenders, shapes } = exploration;
  const found: Search = {
    wants,
    contenders,
    contenderOf: (node) => exploration.contenderOf(node),
    demands: (keyNumber) => exploration.demands(keyNumber),
    shapes,
    request,
    snapshot,
    model,
  };
  settle(found);
  return found;
}

/** The walk back from the wanted keys. */
class Exploration {
  readonly contenders: Contender[] = [];
  readonly shapes: Shapes;
  readonly #request: SearchRequest;
  readonly #facts: Facts;
  readonly #model: CostModel;
  readonly #demands: (Demand[] | undefined)[];
  readonly #given: (boolean | undefined)[];
  readonly #seen: (Contender | undefined)[];
  readonly #open: number[] = [];

  constructor(request: SearchRequest, facts: Facts, model: CostModel) {
    this.#request = request;
    this.#facts = facts;
    this.#model = model;
    this.shapes = facts.shapes.forPlan();
    // Sized beforehand: filled from the middle, a growing array would become a slow one.
    this.#demands = new Array<Demand[] | undefined>(facts.keys);
    this.#given = new Array<boolean | undefined>(facts.keys);
    this.#seen = new Array<Contender | undefined>(facts.nodes);
    for (const key of request.given) this.#given[facts.numberOf(key)] = true;
  }

  want(key: ContractKey): Demand {
    return this.#demand(key, this.#facts.numberOf(key), ANY_SHAPE);
  }

  demands(keyNumber: number): readonly Demand[] {
    return this.#demands[keyNumber] ?? NOTHING;
  }

  contenderOf(node: NodeDefinition): Contender | undefined {
    return this.#seen[this.#facts.of(node).number];
  }

  walk(): void {
    // The list grows while it is walked.
    for (const keyNumber of this.#open) {
      for (const facts of this.#facts.producers(keyNumber)) {
        if (this.#seen[facts.number]) continue;
        const contender = this.#consider(facts);
        this.#seen[facts.number] = contender;
        this.contenders.push(contender);
      }
    }
  }

  #consider(facts: NodeFacts): Contender {
    const refusals = refusalsOf(facts, this.#request);
    const needs: Demand[] = [];
    const contender: Contender = {
      node: facts.node,
      facts,
      refusals,
      price: this.#model.price(facts),
      needs,
      waiting: 0,
      cost: Infinity,
      place: -1,
    };
    if (refusals.length > 0) return contender;
    for (const { key, keyNumber, shape } of facts.required) {
      if (this.#given[keyNumber]) continue;
      const need = this.#demand(key, keyNumber, shape);
      need.consumers.push(contender);
      needs.push(need);
    }
    contender.waiting = needs.length;
    return contender;
  }

  #demand(key: ContractKey, keyNumber: number, shape: number): Demand {
    let forms = this.#demands[keyNumber];
    if (!forms) {
      this.#demands[keyNumber] = forms = [];
      this.#open.push(keyNumber);
    }
    for (const form of forms) if (form.shape === shape) return form;
    const made: Demand = { key, keyNumber, shape, consumers: [], by: null, cost: Infinity };
    forms.push(made);
    return made;
  }
}

/** A composite is as good as its parts: when they cannot be planned, it is refused from the start. */
function refusalsOf(
  { node, trust }: NodeFacts,
  { policy, available, composites, guards }: SearchRequest,
): readonly string[] {
  const refusals = refusalReasons(node, trust, policy, available, { reach: "planned", guards });
  if (refusals.length > 0 || !runsIn(node, "graph")) return refusals;
  const objection = composites.objection(node);
  return objection === null ? refusals : [objection];
}

function settle(search: Search): void {
  const { contenders, shapes, model } = search;
  const heap = new Heap<Contender>(byCost);
  const enter = (contender: Contender): void => {
    contender.cost = priceWithNeeds(contender, model, settledCost);
    heap.push(contender);
  };
  for (const contender of contenders) {
    if (contender.waiting === 0 && contender.refusals.length === 0) enter(contender);
  }
  let place = 0;
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) {
    next.place = place++;
    for (const { keyNumber, shape } of next.facts.outputs) {
      for (const demand of search.demands(keyNumber)) {
        if (demand.by !== null || !mayServe(shape, demand, shapes)) continue;
        demand.by = next;
        demand.cost = next.cost;
        for (const consumer of demand.consumers) if (--consumer.waiting === 0) enter(consumer);
      }
    }
  }
}

const NOTHING: readonly Demand[] = [];
const settledCost = (need: Demand): number => need.cost;

/** A node's price with everything it needs; capped, so that exponential sharing stays comparable. */
export function priceWithNeeds(contender: Contender, model: CostModel, costOf: (need: Demand) => number): number {
  let needs = 0;
  for (const need of contender.needs) {
    needs = model.combine === "sum" ? needs + costOf(need) : Math.max(needs, costOf(need));
  }
  return Math.min(Number.MAX_VALUE, contender.price + needs);
}

/** Whether an output of this shape may serve the demand; what cannot be decided may. */
export const mayServe = (output: number, demand: Demand, shapes: Shapes): boolean =>
  demand.shape === ANY_SHAPE || shapes.fitOf(output, demand.shape).fit !== "no";

/** The shape in which a contender puts out a key, or undefined when it does not. */
export function outputShape({ facts }: Contender, key: ContractKey): number | undefined {
  for (const port of facts.outputs) if (port.key === key) return port.shape;
  return undefined;
}
