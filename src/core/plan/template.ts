import type { NodeDefinition, ContractKey } from "../registry/node.ts";
import type { DraftStep } from "./draft-step.ts";
import type { Boundary, Source, StepId } from "./plan.ts";

/**
 * A composite unfolded once, ready to be placed wherever it is used. Ids are relative to the composite; a source with
 * step null is an input of the composite.
 */
export interface Template {
  readonly node: NodeDefinition;
  /** Leaves only: nested composites are unfolded already. `parent` is relative, absent for direct parts. */
  readonly steps: readonly DraftStep[];
  /** Nested composites, outermost first, ids relative. */
  readonly boundaries: readonly Boundary[];
  readonly outputs: ReadonlyMap<ContractKey, Source>;
}

/** A template at its place: real ids, real sources. */
export interface Placed {
  readonly steps: readonly DraftStep[];
  readonly boundaries: readonly Boundary[];
  readonly outputs: ReadonlyMap<ContractKey, Source>;
  /** Leaves nothing inside waits for: what comes after the composite comes after these. */
  readonly exits: readonly StepId[];
}

/**
 * Puts a template where a composite step is. Inputs take the place of the composite's keys; what the composite waits for
 * and the condition it stands under fall to the parts that wait for no other part.
 */
export function place(draft: DraftStep, template: Template): Placed {
  const at = (id: StepId): StepId => `${draft.id}/${id}`;
  const move = (source: Source): Source | undefined =>
    source.step !== null ? { step: at(source.step), key: source.key } : (draft.inputs.get(source.key) ?? draft.wishes.get(source.key));
  const moveAll = (sources: Iterable<readonly [ContractKey, Source]>): Map<ContractKey, Source> =>
    new Map([...sources].flatMap(([key, source]) => {
      const moved = move(source);
      return moved ? [[key, moved]] : [];
    }));
  const inner = innerEdges(template.steps);
  const steps = template.steps.map((step) => {
    // A part that takes a key the composite only wishes for wishes for it too.
    const hard = [...step.inputs].filter(([, source]) => source.step !== null || draft.inputs.has(source.key));
    const soft = [...step.inputs].filter(([, source]) => source.step === null && !draft.inputs.has(source.key));
    const first = (inner.waits.get(step.id) ?? 0) === 0;
    const when = first && draft.when ? (step.when ? { all: [draft.when, step.when] } : draft.when) : step.when;
    return {
      ...step,
      id: at(step.id),
      inputs: moveAll(hard),
      wishes: moveAll([...soft, ...step.wishes]),
      after: [...step.after.map(at), ...(first ? draft.after : [])],
      parent: step.parent === undefined ? draft.id : at(step.parent),
      ...(when === undefined ? {} : { when: moveGateSources(when, step, at) }),
    };
  });
  const outputs = moveAll(template.outputs);
  const boundary: Boundary = {
    id: draft.id,
    node: template.node.name,
    version: template.node.version,
    parent: draft.parent ?? null,
    steps: steps.map((step) => step.id),
    inputs: Object.fromEntries(draft.inputs),
    outputs: Object.fromEntries(outputs),
    cacheTtlMs: template.node.kind === "effect" ? null : (template.node.execution.cache?.ttlMs ?? null),
  };
  const nested = template.boundaries.map((one) => ({
    ...one,
    id: at(one.id),
    parent: one.parent === null ? draft.id : at(one.parent),
    steps: one.steps.map(at),
    inputs: Object.fromEntries(moveAll(Object.entries(one.inputs))),
    outputs: Object.fromEntries(moveAll(Object.entries(one.outputs))),
  }));
  const exits = template.steps.filter((step) => !inner.feeds.has(step.id)).map((step) => at(step.id));
  return { steps, boundaries: [boundary, ...nested], outputs, exits };
}
