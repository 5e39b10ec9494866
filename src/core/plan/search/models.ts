import { isComposite } from "../graph/unfold.ts";
import { figure } from "../model/figure.ts";
import type { Policy } from "../model/policy.ts";
import type { NodeFacts } from "./facts.ts";
import { priceOf, PRICE_UNITS } from "./price.ts";
import type { CostModel, SearchRequest } from "./search.ts";

/** The least price: what a goal is planned for unless a guard forbids the result. */
export const cheapest = (policy: Policy): CostModel => ({
  price: ({ node, trust }) => priceOf(node, trust, policy),
  combine: "sum",
  say: (total) => `costs ${figure(total / PRICE_UNITS)}`,
});

/** The fewest steps, every use of a shared step counted. */
export const fewest = (request: SearchRequest): CostModel => ({
  price: (facts) => stepsOf(facts, request),
  combine: "sum",
  say: (total) => `takes ${total} step uses`,
});

/** The least expected latency: of the longest chain, or of all steps together when they run one after another. */
export const fastest = (policy: Policy): CostModel => ({
  price: ({ node }) => Math.max(1, Math.round(node.execution.latencyMs * 1_000)),
  combine: policy.mode === "sequential" || policy.maxParallelism === 1 ? "sum" : "max",
  say: (total) => `takes ${figure(total / 1_000)} ms`,
});

/** The steps a node comes to: those of its parts for a composite. */
export function stepsOf({ node }: Pick<NodeFacts, "node">, { composites }: SearchRequest): number {
  if (!isComposite(node)) return 1;
  const template = composites.template(node);
  return template.ok ? Math.max(1, template.value.steps.length) : 1;
}
