import { nodeRef, type NodeRef } from "../../registry/node.ts";
import { sameJson } from "../../schema/schema-parts.ts";
import { graphWhy, NAMED_BY_GRAPH, usedSources, writtenSteps } from "../graph/graph-why.ts";
import type { Candidate, KeyChoice, Plan, StepId } from "../model/plan.ts";

/**
 * Why, as it is stored. A goal's choices stand as they are. An explicit graph's follow from the plan, so only the nodes
 * of which more is to be said than that the graph names them are told, each once.
 */
export type StoredWhy =
  | { readonly choices: readonly KeyChoice[] }
  | { readonly named: Readonly<Record<NodeRef, readonly Candidate[]>> };

type Reasoned = Pick<Plan, "steps" | "results" | "boundaries">;

export function storeWhy(plan: Reasoned & Pick<Plan, "why">): StoredWhy {
  const judged = judgedNodes(plan);
  if (judged === null) return { choices: plan.why };
  return { named: Object.fromEntries([...judged].filter(([ref, list]) => !same(list, onlyNamed(ref)))) };
}

export function restoreWhy(stored: StoredWhy, plan: Reasoned): readonly KeyChoice[] {
  if ("choices" in stored) return stored.choices;
  const refs = writtenNodes(plan);
  const lists = new Map(Object.entries(stored.named));
  return graphWhy(plan, (step) => {
    const ref = refs.get(step);
    if (ref === undefined) return [];
    let list = lists.get(ref);
    if (!list) lists.set(ref, (list = onlyNamed(ref)));
    return list;
  });
}

/** What is said of each node, when that and the plan tell every choice there is; otherwise null. */
function judgedNodes(plan: Reasoned & Pick<Plan, "why">): ReadonlyMap<NodeRef, readonly Candidate[]> | null {
  const sources = usedSources(plan);
  if (sources.length !== plan.why.length) return null;
  const refs = writtenNodes(plan);
  const writtenStep = writtenSteps(plan);
  const judged = new Map<NodeRef, readonly Candidate[]>();
  for (const [place, { key, source, candidates }] of plan.why.entries()) {
    const used = sources[place];
    if (used?.key !== key || (used.step === null) !== (source === "given")) return null;
    const ref = used.step === null ? undefined : refs.get(writtenStep(used.step));
    const told = ref === undefined ? [] : judged.get(ref);
    if (told && !same(told, candidates)) return null;
    if (ref !== undefined) judged.set(ref, candidates);
  }
  return judged;
}

/** The nodes of a graph's steps as its author wrote them: a composite stands for its parts. */
function writtenNodes({ steps, boundaries = [] }: Reasoned): ReadonlyMap<StepId, NodeRef> {
  return new Map([...steps, ...boundaries].map(({ id, node, version }) => [id, nodeRef({ name: node, version })]));
}

function onlyNamed(ref: NodeRef): readonly Candidate[] {
  const [node = "", version = ""] = ref.split("@");
  return [{ node, version, ...NAMED_BY_GRAPH }];
}

const same = (a: readonly Candidate[], b: readonly Candidate[]): boolean => a === b || sameJson(a, b);
