import type { Change, PlanDiff } from "../replan/diff-plans.ts";
import type { Plan, StepId } from "../model/plan.ts";
import { printableLine } from "../../printable.ts";

/** The difference of two plans for a terminal; ends with a line break. */
export function diffText(diff: PlanDiff, from: Plan, to: Plan): string {
  const [old, now] = [from, to].map(({ hash }) => hash.slice(0, 12));
  const lines = [
    diff.same ? `both plans do the same: ${now}` : `the plans differ: ${old} → ${now}`,
    ...diff.removed.map((id) => `- step ${id} (${nodeOf(from, id)})`),
    ...diff.added.map((id) => `+ step ${id} (${nodeOf(to, id)})`),
    ...diff.changed.flatMap(({ id, changes }) => [`~ step ${id}`, ...changes.map(changeLine)]),
    ...(diff.plan.length === 0 ? [] : ["~ plan", ...diff.plan.map(changeLine)]),
  ];
  return `${lines.map(printableLine).join("\n")}\n`;
}

function nodeOf({ steps }: Plan, id: StepId): string {
  const step = steps.find((one) => one.id === id);
  return step ? `${step.node}@${step.version}` : "";
}

const changeLine = ({ field, from, to }: Change): string =>
  `    ${field}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`;
