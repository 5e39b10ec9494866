import type { Plan, StepId } from "../model/plan.ts";
import { planEdges } from "../model/plan-index.ts";
import { printableLine } from "../../printable.ts";

/** The plan as a Mermaid flowchart: segments as boxes, given values and results as rounded ends. */
export function mermaidView(plan: Plan): string {
  const numbers = new Map<StepId, string>(plan.steps.map((step, i) => [step.id, `n${i}`]));
  const name = (id: StepId): string => numbers.get(id) ?? "n";
  const given = new Map(plan.given.map((key, i) => [key, `g${i}`]));
  const used = new Set<string>();
  const arrows: string[] = planEdges(plan).map(({ from, to, kind, key }) => {
    const arrow = kind === "value" ? "-->" : kind === "signal" ? "-.->" : "==>";
    return `  ${name(from)} ${arrow}${key === null ? "" : `|"${quoted(key)}"|`} ${name(to)}`;
  });
  for (const step of plan.steps) {
    for (const source of Object.values(step.inputs)) {
      if (source.step !== null) continue;
      used.add(source.key);
      arrows.push(`  ${given.get(source.key) ?? "g"} --> ${name(step.id)}`);
    }
  }
  const results = Object.entries(plan.results).flatMap(([key, source], i) => {
    if (source.step === null) used.add(source.key);
    const from = source.step === null ? (given.get(source.key) ?? "g") : name(source.step);
    return [`  r${i}(["${quoted(key)}"])`, `  ${from} --> r${i}`];
  });
  const stepById = new Map(plan.steps.map((step) => [step.id, step]));
  const boxes = plan.segments.flatMap((segment) => [
    `  subgraph ${segment.id}["${segment.id}${segment.inline ? " inline" : ""}"]`,
    ...segment.steps.map((id) => {
      const step = stepById.get(id);
      return `    ${name(id)}["${quoted(id)}<br/>${quoted(step?.node ?? "")}@${step?.version ?? ""}"]`;
    }),
    "  end",
  ]);
  const ends = [...given].flatMap(([key, id]) => (used.has(key) ? [`  ${id}(["${quoted(key)}"])`] : []));
  return ["flowchart TD", ...ends, ...boxes, ...results, ...arrows].join("\n");
}

const quoted = (text: string): string =>
  printableLine(text).replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
