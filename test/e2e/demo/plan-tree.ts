import type { PlanWire } from "../../../contracts/documents/plan.ts";

type Step = PlanWire["steps"][number];

/**
 * The plan as a tree: each wanted key with the node that gives it, and below each node what it takes. A step that was
 * unfolded before ends in an arrow.
 */
export function planTree(plan: PlanWire): string[] {
  const steps = new Map(plan.steps.map((step) => [step.id, step]));
  const inline = new Map(plan.segments.map((segment) => [segment.id, segment.inline]));
  const shown = new Set<string>();
  const lines: string[] = [];

  const unfold = (keys: readonly string[], stepId: string | null, head: string, below: string): void => {
    const step = stepId === null ? undefined : steps.get(stepId);
    const again = step !== undefined && shown.has(step.id);
    const where = step && !again ? `  [${step.segment}, ${inline.get(step.segment) ? "inline" : "queue"}]` : "";
    lines.push(
      `${head}${keys.join(", ")} ← ${step ? `${step.node}@${step.version}` : "given"}${where}${again ? " ↑" : ""}`,
    );
    if (!step || again) return;
    shown.add(step.id);
    const sources = sourcesOf(step);
    for (const [index, [id, inputs]] of sources.entries()) {
      const last = index === sources.length - 1;
      unfold(inputs, id, `${below}${last ? "└─ " : "├─ "}`, `${below}${last ? "   " : "│  "}`);
    }
  };

  for (const [name, source] of Object.entries(plan.results)) unfold([name], source.step, "", "");
  return lines;
}

/** What a step takes, grouped by where it comes from: a step's id, or null for what is given. */
function sourcesOf(step: Step): readonly (readonly [string | null, readonly string[]])[] {
  const bySource = new Map<string | null, string[]>();
  for (const [input, source] of Object.entries(step.inputs)) {
    bySource.set(source.step, [...(bySource.get(source.step) ?? []), input]);
  }
  return [...bySource];
}
