import { nodeRef } from "../../../core/registry/node.ts";
import type { Paint } from "../../paint.ts";
import { plural } from "../../plural.ts";
import { oneLine } from "../../printer.ts";
import { type Candidate, type CaseVerdict, tryNode } from "./try-node.ts";
import type { Trial } from "./candidates.ts";

/** A node and what became of its cases. */
export interface TriedNode {
  readonly node: string;
  readonly cases: readonly CaseVerdict[];
}

export interface TrialReport {
  readonly passed: number;
  readonly failed: number;
  readonly not_tried: number;
  readonly nodes: readonly TriedNode[];
}

/** Tries every node of a trial, in its order; `tell` hears of each as it is done. */
export async function holdTrial(
  { nodes, world }: Trial,
  tell: (tried: TriedNode) => Promise<void>,
): Promise<TrialReport> {
  const tried: TriedNode[] = [];
  for (const candidate of nodes) {
    const one = { node: nameOf(candidate), cases: await tryNode(candidate, world) };
    tried.push(one);
    await tell(one);
  }
  const count = (verdict: CaseVerdict["verdict"]): number =>
    tried.reduce((sum, { cases }) => sum + cases.filter((one) => one.verdict === verdict).length, 0);
  return { passed: count("passed"), failed: count("failed"), not_tried: count("not_tried"), nodes: tried };
}

const nameOf = ({ definition }: Candidate): string => nodeRef(definition);

const VERDICTS = { passed: "green", failed: "red", not_tried: "dim" } as const;

/** A node with a line for every case. */
export function triedText({ node, cases }: TriedNode, paint: Paint): string {
  const lines = cases.map(({ name, place, verdict, problem }) => {
    const said = problem === null ? oneLine(name) : oneLine(`${name === "" ? "" : `${name}: `}${problem} (${place})`);
    return `  ${paint(VERDICTS[verdict], verdict.replace("_", " ").padEnd(9))}  ${said}\n`;
  });
  return `${oneLine(node)}\n${lines.join("")}`;
}

/** The last line: how many of what. */
export function summaryText({ nodes, passed, failed, not_tried: skipped }: TrialReport): string {
  const rest = skipped === 0 ? "" : `, ${skipped} not tried`;
  return `${plural(nodes.length, "node")}: ${plural(passed, "case")} passed, ${failed} failed${rest}\n`;
}
