import type { Fault } from "../../errors.ts";
import { keyGuardsOf } from "../../registry/key-guards.ts";
import { nodeRef, type NodeDefinition } from "../../registry/node.ts";
import { err, ok, type Result } from "../../result.ts";
import type { Parts } from "../assemble/assemble.ts";
import type { DraftStep } from "../model/draft-step.ts";
import { refusalReasons, trustOf } from "../search/eligible.ts";
import { gateSources } from "../model/gate-sources.ts";
import type { PlanStep, Source, StepId } from "../model/plan.ts";
import { planFault } from "../model/problem.ts";
import { draftAs, freshId, reboundary, redraft, type Renaming } from "./redraft.ts";
import type { Standing } from "./standing.ts";

/** Puts another version of its node in the place of every dead step; the author's graph stays as it is otherwise. */
export function replanGraph(standing: Standing): Result<Parts, Fault> {
  const { plan, failed, snapshot, left } = standing;
  const taken = new Set([...plan.steps, ...left].map((step) => step.id));
  const dead = new Map(failed.map((step) => [step.id, freshId(`${step.id}_2`, taken)]));
  const id = (old: StepId): StepId => dead.get(old) ?? old;
  const renaming: Renaming = {
    id,
    source: ({ step, key }) => ({ step: step === null ? null : id(step), key }),
  };
  const used = usedOutputs(standing);
  const steps: DraftStep[] = [];
  for (const step of plan.steps) {
    if (!dead.has(step.id)) {
      const draft = redraft(step, snapshot, renaming);
      if (!draft.ok) return draft;
      steps.push(draft.value);
      continue;
    }
    const node = substitute(step, used.get(step.id) ?? new Set(), standing);
    if (!node) return err(noFallback(step));
    steps.push(draftAs({ ...step, inputs: within(step.inputs, node) }, node, renaming));
  }
  return ok({
    steps,
    boundaries: (plan.boundaries ?? []).map((boundary) => reboundary(boundary, renaming)),
    want: plan.want,
    given: plan.given,
    results: new Map(Object.entries(plan.results).map(([key, source]) => [key, renaming.source(source)])),
    why: plan.why,
    guards: plan.guards,
    policy: plan.policy,
    snapshot,
    origin: "graph",
    strict: plan.strict === true,
  });
}

/** The newest version the plan named as a fallback that still is allowed, takes what is bound and gives what is used. */
function substitute(
  step: PlanStep,
  outputs: ReadonlySet<string>,
  { plan, snapshot, available }: Standing,
): NodeDefinition | undefined {
  const fallbacks = new Set(
    plan.why.flatMap(({ candidates }) =>
      candidates.flatMap((candidate) =>
        candidate.verdict === "fallback" ? [nodeRef({ name: candidate.node, version: candidate.version })] : [],
      ),
    ),
  );
  const reach = step.parent === undefined ? "named" : "part";
  const circumstances = { reach, guards: keyGuardsOf(snapshot) } as const;
  return snapshot.byName.get(step.node)?.find((node) => {
    if (!fallbacks.has(nodeRef(node))) return false;
    const trust = trustOf(snapshot, node);
    if (refusalReasons(node, trust, plan.policy, available, circumstances).length > 0) return false;
    const bound = Object.entries(node.inputs).every(([key, port]) => port.optional || Object.hasOwn(step.inputs, key));
    return bound && [...outputs].every((key) => Object.hasOwn(node.outputs, key));
  });
}

const within = (inputs: PlanStep["inputs"], node: NodeDefinition): PlanStep["inputs"] =>
  Object.fromEntries(Object.entries(inputs).filter(([key]) => Object.hasOwn(node.inputs, key)));

/** Step → its outputs that another step, a condition or a result takes. */
function usedOutputs({ plan }: Standing): ReadonlyMap<StepId, ReadonlySet<string>> {
  const used = new Map<StepId, Set<string>>();
  const take = ({ step, key }: Source): void => {
    if (step === null) return;
    const keys = used.get(step);
    if (keys) keys.add(key);
    else used.set(step, new Set([key]));
  };
  for (const step of plan.steps) {
    Object.values(step.inputs).forEach(take);
    if (step.when) gateSources(step.when).forEach(take);
  }
  Object.values(plan.results).forEach(take);
  return used;
}

const noFallback = (step: PlanStep): Fault =>
  planFault("unreachable", `step ${step.id} failed, and no other version of ${step.node} can take its place`, {
    place: `step ${step.id}`,
    hint: `allow other versions of ${step.node} in the graph, or register one`,
    details: { missing: [], candidates: [] },
  });
