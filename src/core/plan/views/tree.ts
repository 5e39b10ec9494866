import type { Plan, PlanStep, StepId } from "../model/plan.ts";
import { edgesInto, planIndex } from "../model/plan-index.ts";
import { printableLine } from "../../printable.ts";

/** Deeper branches are cut: a terminal is only so wide. */
const MAX_INDENT = 40;

/**
 * The plan as an indented tree for a terminal: each result, and under every step what it takes. A step that appeared
 * before is named with an arrow and not unfolded again, so the text is as long as the plan has edges.
 */
export function treeView(plan: Plan): string {
  const { stepById } = planIndex(plan);
  const lines: string[] = [];
  const shown = new Set<StepId>();
  const open: Branch[] = Object.entries(plan.results)
    .map(([name, { step, key }]) => ({ label: name === key ? name : `${name} (${key})`, step, indent: 0 }))
    .reverse();
  const unfold = (branch: Branch): void => {
    const step = branch.step === null ? undefined : stepById.get(branch.step);
    const pad = "  ".repeat(Math.min(branch.indent, MAX_INDENT));
    const again = step !== undefined && shown.has(step.id);
    lines.push(printableLine(`${pad}${branch.label} ← ${step ? describe(step) : "given"}${again ? " ↑" : ""}`));
    if (!step || again) return;
    shown.add(step.id);
    for (const next of childrenOf(step, branch.indent + 1).reverse()) open.push(next);
  };
  for (let branch = open.pop(); branch !== undefined; branch = open.pop()) unfold(branch);
  for (const step of plan.steps) {
    if (shown.has(step.id)) continue;
    open.push({ label: "(no result)", step: step.id, indent: 0 });
    for (let branch = open.pop(); branch !== undefined; branch = open.pop()) unfold(branch);
  }
  return lines.join("\n");
}

interface Branch {
  readonly label: string;
  readonly step: StepId | null;
  readonly indent: number;
}

function childrenOf(step: PlanStep, indent: number): Branch[] {
  const given = Object.entries(step.inputs).flatMap(([key, source]) =>
    source.step === null ? [{ label: key, step: null, indent }] : [],
  );
  const edges = edgesInto(step).map(({ from, kind, key }) => ({
    label: kind === "signal" ? "after" : kind === "gate" ? `when ${key}` : (key ?? ""),
    step: from,
    indent,
  }));
  return [...given, ...edges];
}

const describe = (step: PlanStep): string => {
  const name = step.id === step.node ? "" : `${step.id}: `;
  return `${name}${step.node}@${step.version} [${step.segment}]`;
};
