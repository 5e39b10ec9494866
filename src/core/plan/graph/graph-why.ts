import type { Candidate, KeyChoice, Plan, Source, StepId } from "../model/plan.ts";

/** Every value that a step or a result takes, each once, in a fixed order. */
export function usedSources({ steps, results }: Pick<Plan, "steps" | "results">): readonly Source[] {
  const used = new Map<string, Source>();
  const use = (source: Source): unknown => used.set(`${source.key}|${source.step ?? ""}`, source);
  for (const step of steps) Object.values(step.inputs).forEach(use);
  Object.values(results).forEach(use);
  return [...used.keys()].sort().flatMap((name) => used.get(name) ?? []);
}

/**
 * Why an explicit graph's plan uses what it uses: each value that is taken, from the step its author chose, or given.
 *
 * @param candidatesOf what spoke for and against the nodes of a step as its author wrote it, by the step's id
 */
export function graphWhy(
  plan: Pick<Plan, "steps" | "results" | "boundaries">,
  candidatesOf: (step: StepId) => readonly Candidate[],
): readonly KeyChoice[] {
  const writtenStep = writtenSteps(plan);
  return usedSources(plan).map(({ key, step }) => ({
    key,
    source: step === null ? "given" : "node",
    candidates: step === null ? [] : candidatesOf(writtenStep(step)),
  }));
}

/**
 * From a step of a plan to the one its author wrote: a part of composites was chosen with the outermost of them. Ids do not
 * tell, for an author may write a stroke as well.
 */
export function writtenSteps({ steps, boundaries = [] }: Pick<Plan, "steps" | "boundaries">): (step: StepId) => StepId {
  const outermost = new Map<StepId, StepId>();
  // Composites stand outermost first, so each finds the one around it.
  for (const { id, parent } of [...boundaries, ...steps])
    if (parent) outermost.set(id, outermost.get(parent) ?? parent);
  return (step) => outermost.get(step) ?? step;
}

/** What is said of a node that its graph names, when nothing else is to be said. */
export const NAMED_BY_GRAPH: Pick<Candidate, "verdict" | "reasons"> = {
  verdict: "chosen",
  reasons: ["named by the graph"],
};
