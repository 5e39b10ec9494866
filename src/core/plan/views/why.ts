import type { Candidate, KeyChoice, Plan } from "../model/plan.ts";
import { figure } from "../model/figure.ts";
import { printableLine } from "../../printable.ts";

/**
 * Why each key of a plan comes from where it comes from, for a terminal: a line a key with the chosen node, or with
 * `everyone` every candidate and what speaks for or against it. Limits that shaped the plan follow.
 */
export function whyView({ why, guards, cost, optimum }: Plan, everyone: boolean): string {
  const choices = why.flatMap((choice) => (everyone ? inFull(choice) : [inShort(choice)]));
  return [
    ...(choices.length === 0 ? [] : ["why", ...choices.map((line) => `  ${printableLine(line)}`)]),
    ...(optimum === undefined || optimum.firstCost <= cost ? [] : ["sharing", `  ${saved(optimum.firstCost, cost)}`]),
    ...(guards.length === 0 ? [] : ["guards", ...guards.map((guard) => `  ${printableLine(guard)}`)]),
  ].join("\n");
}

const saved = (first: number, cost: number): string =>
  `the cheapest of each key by itself comes to ${figure(first)}; with shared steps paid once it is ${figure(cost)}`;

function inShort({ key, source, candidates }: KeyChoice): string {
  const chosen = candidates.find(({ verdict }) => verdict === "chosen");
  if (!chosen) return `${key} ← ${source === "given" ? "given" : "part of a composite"}`;
  const others = candidates.length - 1;
  const passed = others === 0 ? "" : others === 1 ? " (1 other candidate)" : ` (${others} other candidates)`;
  return `${key} ← ${nameOf(chosen)}: ${chosen.reasons.join("; ")}${passed}`;
}

function inFull(choice: KeyChoice): readonly string[] {
  const { key, candidates } = choice;
  if (candidates.length === 0) return [inShort(choice)];
  const width = Math.max(...candidates.map((one) => nameOf(one).length));
  return [
    key,
    ...candidates.map((one) => `  ${one.verdict.padEnd(8)}  ${nameOf(one).padEnd(width)}  ${one.reasons.join("; ")}`),
  ];
}

const nameOf = ({ node, version }: Candidate): string => `${node}@${version}`;
