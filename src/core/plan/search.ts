import type { ContractKey, NodeDefinition } from "../registry/node.ts";
import type { RegistrySnapshot } from "../registry/snapshot.ts";
import { ANY_SHAPE, byCost, type Contender, type Demand } from "./contender.ts";
import type { Composites } from "./composites.ts";
import { refusalReasons, type Exclusions } from "./eligible.ts";
import { factsOf, type NodeFacts } from "./facts.ts";
import { Heap } from "./heap.ts";
import type { Policy } from "./policy.ts";
import { shapesOf, type Shapes } from "./shapes.ts";

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
  readonly excluded: Exclusions;
  readonly composites: Composites;
}

/** What is known after a search: every node that could matter for the goal, judged. */
export interface Search {
  /** One per wanted key that is not given, in the order wanted. */
  readonly wants: readonly Demand[];
  readonly demands: ReadonlyMap<ContractKey, readonly Demand[]>;
  readonly contenders: ReadonlyMap<NodeDefinition, Contender>;
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
  const explored = explore(request, snapshot, model);
  settle(explored);
  return explored;
}

function explore(request: SearchRequest, snapshot: RegistrySnapshot, model: CostModel): Search {
  const factsFor = factsOf(snapshot);
  const demands = new Map<ContractKey, Demand[]>();
  const contenders = new Map<NodeDefinition, Contender>();
  const keys: ContractKey[] = [];
  const demand = (key: ContractKey, shape: number): Demand => {
    let forms = demands.get(key);
    if (!forms) {
      demands.set(key, (forms = []));
      keys.push(key);
    }
    for (const form of forms) if (form.shape === shape) return form;
    const made: Demand = { key, shape, consumers: [], by: null, cost: Infinity };
    forms.push(made);
    return made;
  };
  const wants = request.want.filter((key) => !request.given.has(key)).map((key) => demand(key, ANY_SHAPE));
  // `keys` grows while it is walked.
  for (const key of keys) {
    for (const node of snapshot.producers.get(key) ?? []) {
      if (!contenders.has(node)) contenders.set(node, consider(factsFor(node), request, model, demand));
    }
  }
  return { wants, demands, contenders, shapes: shapesOf(snapshot), request, snapshot, model };
}

function consider(
  facts: NodeFacts,
  request: SearchRequest,
  model: CostModel,
  demand: (key: ContractKey, shape: number) => Demand,
): Contender {
  const { node } = facts;
  const refusals = refusalsOf(facts, request);
  const needs: Demand[] = [];
  const price = model.price(facts);
  const contender: Contender = { node, facts, refusals, price, needs, waiting: 0, cost: Infinity, place: -1 };
  if (refusals.length > 0) return contender;
  for (const { key, shape } of facts.required) {
    if (request.given.has(key)) continue;
    const need = demand(key, shape);
    need.consumers.push(contender);
    needs.push(need);
  }
  contender.waiting = needs.length;
  return contender;
}

/** A composite is as good as its parts: when they cannot be planned, it is refused from the start. */
function refusalsOf({ node, trust }: NodeFacts, { policy, excluded, composites }: SearchRequest): readonly string[] {
  const refusals = refusalReasons(node, trust, policy, excluded);
  if (refusals.length > 0 || node.entrypoint.type !== "composite") return refusals;
  const objection = composites.objection(node);
  return objection === null ? refusals : [objection];
}

function settle({ contenders, demands, shapes, model }: Search): void {
  const heap = new Heap<Contender>(byCost);
  const enter = (contender: Contender): void => {
    contender.cost = priceWithNeeds(contender, model, settledCost);
    heap.push(contender);
  };
  for (const contender of contenders.values()) {
    if (contender.waiting === 0 && contender.refusals.length === 0) enter(contender);
  }
  let place = 0;
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) {
    next.place = place++;
    for (const { key, shape } of next.facts.outputs) {
      for (const demand of demands.get(key) ?? NOTHING) {
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
