import { figure } from "../model/figure.ts";
import type { Plan, PlanOptimum } from "../model/plan.ts";
import { dotView } from "./dot.ts";
import { mermaidView } from "./mermaid.ts";
import { treeView } from "./tree.ts";
import { whyView } from "./why.ts";

/** The forms a plan can be read in besides JSON. */
export const PLAN_TEXTS = ["tree", "mermaid", "dot"] as const;
export type PlanTextFormat = (typeof PLAN_TEXTS)[number];

/** A plan as text that ends with a line break. The tree comes with the plan's figures above and the reasons below it. */
export function planText(plan: Plan, format: PlanTextFormat, options: { readonly everyone?: boolean } = {}): string {
  if (format === "mermaid") return `${mermaidView(plan)}\n`;
  if (format === "dot") return `${dotView(plan)}\n`;
  const parts = [headline(plan), treeView(plan), whyView(plan, options.everyone ?? false)];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function headline({ hash, steps, segments, cost, depth, optimum }: Plan): string {
  const amount = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
  const size = `${amount(steps.length, "step")} in ${amount(segments.length, "segment")}`;
  return `plan ${hash.slice(0, 12)}: ${size}, cost ${figure(cost)}${known(optimum)}, depth ${depth}`;
}

/** What is known of the least cost; nothing where nothing was looked for. */
function known(optimum: PlanOptimum | undefined): string {
  if (optimum === undefined) return "";
  if (optimum.proved) return " (the least)";
  return optimum.bound > 0 ? ` (at least ${figure(optimum.bound)})` : "";
}
