import type { Fault } from "../../errors.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import { nodeRef, type NodeDefinition } from "../../registry/node.ts";
import { err, ok, type Result } from "../../result.ts";
import type { DraftStep } from "../model/draft-step.ts";
import { mapGate } from "../model/gate-sources.ts";
import type { Boundary, PlanStep, Source, StepId } from "../model/plan.ts";
import { planFault } from "../model/problem.ts";

/** How ids and sources change when planned steps are taken into another plan. */
export interface Renaming {
  readonly id: (id: StepId) => StepId;
  readonly source: (source: Source) => Source;
}

/** Turns a planned step back into a draft. The node must still be in the registry. */
export function redraft(step: PlanStep, snapshot: RegistrySnapshot, renaming: Renaming): Result<DraftStep, Fault> {
  const node = snapshot.byRef.get(nodeRef({ name: step.node, version: step.version }));
  if (!node) {
    return err(
      planFault("unknown_version", `${step.node}@${step.version} is no longer in the registry`, {
        place: `step ${step.id}`,
        hint: "register it again, or plan the goal anew",
      }),
    );
  }
  return ok(draftAs(step, node, renaming));
}

/** The draft of a planned step with a node of the caller's choice. */
export function draftAs(step: PlanStep, node: NodeDefinition, { id, source }: Renaming): DraftStep {
  return {
    id: id(step.id),
    node,
    inputs: new Map(Object.entries(step.inputs).map(([key, from]) => [key, source(from)])),
    wishes: new Map(),
    after: step.after.map(id),
    unchecked: step.unchecked ?? [],
    ...(step.when === undefined ? {} : { when: mapGate(step.when, source) }),
    ...(step.parent === undefined ? {} : { parent: id(step.parent) }),
  };
}

/** A composite's record under other ids. */
export function reboundary(boundary: Boundary, { id, source }: Renaming): Boundary {
  const all = (sources: Boundary["inputs"]): Boundary["inputs"] =>
    Object.fromEntries(Object.entries(sources).map(([key, from]) => [key, source(from)]));
  return {
    ...boundary,
    id: id(boundary.id),
    parent: boundary.parent === null ? null : id(boundary.parent),
    steps: boundary.steps.map(id),
    inputs: all(boundary.inputs),
    outputs: all(boundary.outputs),
  };
}

/** The first of `id`, `id_2`, `id_3` … that is not taken; it is taken from then on. */
export function freshId(id: StepId, taken: Set<StepId>): StepId {
  let fresh = id;
  for (let number = 2; taken.has(fresh); number++) fresh = `${id}_${number}`;
  taken.add(fresh);
  return fresh;
}
