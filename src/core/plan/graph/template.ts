import type { ContractKey, NodeDefinition } from "../../registry/node.ts";
import type { Unlicensed } from "../guarded/unlicensed.ts";
import type { DraftStep } from "../model/draft-step.ts";
import { gateSources, mapGate } from "../model/gate-sources.ts";
import type { Boundary, Source, StepId } from "../model/plan.ts";

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
  /** 1 for a composite of leaves, one more for every composite within. */
  readonly nesting: number;
  /** What its parts do to guarded keys that only a composite around it may allow. */
  readonly unlicensed: Unlicensed;
}

/** A template at its place: real ids, real sources. */
export interface Placed {
  readonly steps: readonly DraftStep[];
  readonly boundaries: readonly Boundary[];
  readonly outputs: ReadonlyMap<ContractKey, Source>;
  /** Parts no other part waits for: what comes after the composite comes after these. */
  readonly exits: readonly StepId[];
}

/**
 * Puts a template where a composite step is. Inputs take the place of the composite's keys; what the composite waits for
 * and the condition it stands under fall to the parts that wait for no other part.
 */
export function place(draft: DraftStep, template: Template): Placed {
  const at = (id: StepId): StepId => `${draft.id}/${id}`;
  const hardly = (source: Source): Source | undefined =>
    source.step === null ? draft.inputs.get(source.key) : { step: at(source.step), key: source.key };
  const anyhow = (source: Source): Source | undefined =>
    hardly(source) ?? (source.step === null ? draft.wishes.get(source.key) : undefined);
  const waits = new Map(template.steps.map((step) => [step.id, waitsFor(step)]));
  const awaited = new Set([...waits.values()].flat());
  const steps = template.steps.map((step): DraftStep => {
    const first = waits.get(step.id)?.length === 0;
    const own = step.when && mapGate(step.when, (source) => anyhow(source) ?? source);
    const when = first && draft.when ? (own ? { all: [draft.when, own] } : draft.when) : own;
    // A part that takes an input the composite only wishes for wishes for it too.
    const inputs = moveAll(step.inputs, hardly);
    const wishes = moveAll([...step.inputs, ...step.wishes], anyhow);
    for (const key of inputs.keys()) wishes.delete(key);
    return {
      ...step,
      id: at(step.id),
      inputs,
      wishes,
      after: [...step.after.map(at), ...(first ? draft.after : [])],
      unchecked: [...step.unchecked, ...handedUnchecked(step, draft)],
      parent: step.parent === undefined ? draft.id : at(step.parent),
      ...(when === undefined ? {} : { when }),
    };
  });
  const outputs = moveAll(template.outputs, hardly);
  return {
    steps,
    outputs,
    boundaries: [
      boundaryOf(draft, template, steps, outputs),
      ...template.boundaries.map((one) => moveBoundary(one, draft.id, hardly)),
    ],
    exits: template.steps.filter((step) => !awaited.has(step.id)).map((step) => at(step.id)),
  };
}

/** Inputs a part takes over from the composite that nobody could check in advance. */
const handedUnchecked = (step: DraftStep, draft: DraftStep): readonly ContractKey[] =>
  [...step.inputs].flatMap(([key, { step: from, key: outer }]) =>
    from === null && draft.unchecked.includes(outer) && !step.unchecked.includes(key) ? [key] : [],
  );

function boundaryOf(
  draft: DraftStep,
  { node }: Template,
  steps: readonly DraftStep[],
  outputs: ReadonlyMap<ContractKey, Source>,
): Boundary {
  return {
    id: draft.id,
    node: node.name,
    version: node.version,
    parent: draft.parent ?? null,
    steps: steps.map((step) => step.id),
    inputs: Object.fromEntries(draft.inputs),
    outputs: Object.fromEntries(outputs),
    cacheTtlMs: node.kind === "effect" ? null : (node.execution.cache?.ttlMs ?? null),
  };
}

function moveBoundary(boundary: Boundary, outer: StepId, move: (source: Source) => Source | undefined): Boundary {
  const at = (id: StepId): StepId => `${outer}/${id}`;
  return {
    ...boundary,
    id: at(boundary.id),
    parent: boundary.parent === null ? outer : at(boundary.parent),
    steps: boundary.steps.map(at),
    inputs: Object.fromEntries(moveAll(Object.entries(boundary.inputs), move)),
    outputs: Object.fromEntries(moveAll(Object.entries(boundary.outputs), move)),
  };
}

function moveAll(
  sources: Iterable<readonly [ContractKey, Source]>,
  move: (source: Source) => Source | undefined,
): Map<ContractKey, Source> {
  const moved = new Map<ContractKey, Source>();
  for (const [key, source] of sources) {
    const target = move(source);
    if (target) moved.set(key, target);
  }
  return moved;
}

/** The parts a part waits for; wishes may give way, so they do not count. */
function waitsFor(step: DraftStep): readonly StepId[] {
  const sources = [...step.inputs.values(), ...(step.when ? gateSources(step.when) : [])];
  return [...sources.flatMap((source) => (source.step === null ? [] : [source.step])), ...step.after];
}
