import type { Fault } from "../../errors.ts";
import { runsIn } from "../../registry/entrypoints.ts";
import type { ContractKey, NodeDefinition } from "../../registry/node.ts";
import { err, ok, type Result } from "../../result.ts";
import { cycleFault, dependencyPlaces } from "./dependencies.ts";
import type { DraftStep } from "../model/draft-step.ts";
import { mapGate } from "../model/gate-sources.ts";
import { limitFault } from "../model/limits.ts";
import { order } from "./order.ts";
import type { Boundary, Source, StepId } from "../model/plan.ts";
import { place, type Placed, type Template } from "./template.ts";

/** Steps with every composite replaced by its parts. */
export interface Unfolded {
  readonly steps: readonly DraftStep[];
  readonly boundaries: readonly Boundary[];
  readonly results: ReadonlyMap<ContractKey, Source>;
}

export const isComposite = (node: NodeDefinition): boolean => runsIn(node, "graph");

/**
 * Replaces composite steps by their parts: a part's id is `composite/part`, whoever took an output of the composite takes
 * it from the part that yields it. Outputs are known once a composite is placed, so steps are taken in order.
 */
export function unfold(
  steps: readonly DraftStep[],
  results: ReadonlyMap<ContractKey, Source>,
  templateOf: (node: NodeDefinition) => Result<Template, Fault>,
  maxSteps: number,
): Result<Unfolded, Fault> {
  if (!steps.some((step) => isComposite(step.node))) return ok({ steps, boundaries: [], results });
  const ordered = order({ hard: dependencyPlaces(steps) });
  if ("cycle" in ordered) return err(cycleFault(ordered.cycle, steps));
  const placed = new Map<StepId, Placed>();
  const unfolded: DraftStep[] = [];
  const boundaries: Boundary[] = [];
  const move = (source: Source): Source =>
    (source.step === null ? undefined : placed.get(source.step))?.outputs.get(source.key) ?? source;
  for (const at of ordered.order) {
    const step = steps[at];
    if (!step) continue;
    const moved: DraftStep = {
      ...step,
      inputs: mapSources(step.inputs, move),
      after: step.after.flatMap((id) => placed.get(id)?.exits ?? [id]),
      ...(step.when === undefined ? {} : { when: mapGate(step.when, move) }),
    };
    if (!isComposite(step.node)) {
      unfolded.push(moved);
      continue;
    }
    const template = templateOf(step.node);
    if (!template.ok) return template;
    const there = place(moved, template.value);
    placed.set(step.id, there);
    for (const part of there.steps) unfolded.push(part);
    for (const boundary of there.boundaries) boundaries.push(boundary);
    if (unfolded.length > maxSteps)
      return err(limitFault({ guard: "max_steps", limit: maxSteps, actual: unfolded.length }));
  }
  return ok({
    // Wishes may look ahead to composites that were placed later.
    steps: unfolded.map((step) => (step.wishes.size === 0 ? step : { ...step, wishes: mapSources(step.wishes, move) })),
    boundaries,
    results: mapSources(results, move),
  });
}

const mapSources = (
  sources: ReadonlyMap<ContractKey, Source>,
  move: (source: Source) => Source,
): ReadonlyMap<ContractKey, Source> => new Map([...sources].map(([key, source]) => [key, move(source)]));
