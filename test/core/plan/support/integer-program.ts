import loadHighs from "highs";
import type { NodeDefinition } from "../../../../src/core/registry/node.ts";

const highs = await loadHighs();

/** A goal on a registry whose keys all fit. */
export interface Question {
  readonly nodes: readonly NodeDefinition[];
  readonly want: readonly string[];
  readonly given: readonly string[];
}

/**
 * The least price at which nodes can be chosen that give everything that is wanted, by an integer program: whoever is
 * chosen needs a chosen maker of each of its needs. A choice that only supports itself in a circle is cut off, and the
 * program is solved again: of the nodes that cannot be started, one that makes something of theirs from outside is called
 * for. Null when there is none.
 */
export function leastPrice({ nodes, want, given }: Question, priceOf: (node: NodeDefinition) => number): number | null {
  const makers = new Map<string, number[]>();
  nodes.forEach(({ outputs }, at) => {
    for (const key of Object.keys(outputs)) makers.set(key, [...(makers.get(key) ?? []), at]);
  });
  const there = new Set(given);
  const needs = nodes.map(({ inputs }) =>
    Object.entries(inputs).flatMap(([key, { optional }]) => (optional || there.has(key) ? [] : [key])),
  );
  const rows: string[] = [];
  for (const key of want) {
    if (there.has(key)) continue;
    const list = makers.get(key) ?? [];
    if (list.length === 0) return null;
    rows.push(`${sum(list)} >= 1`);
  }
  if (rows.length === 0) return 0;
  const impossible = new Set<number>();
  needs.forEach((keys, at) => {
    for (const key of keys) {
      const list = (makers.get(key) ?? []).filter((maker) => maker !== at);
      if (list.length === 0) impossible.add(at);
      else rows.push(`${sum(list)} - x${at} >= 0`);
    }
  });
  for (const at of impossible) rows.push(`x${at} = 0`);
  const names = nodes.map((_, at) => `x${at}`);
  const prices = nodes.map(priceOf);
  // Large coefficients drown in the solver's tolerances.
  const unit = prices.reduce(commonDivisor, 0) || 1;
  const objective = prices.map((price, at) => `${price / unit} x${at}`).join(" + ");
  for (;;) {
    const text = `Minimize\n obj: ${objective}\nSubject To\n${rows.map((row, at) => ` c${at}: ${row}`).join("\n")}\nBinary\n ${names.join(" ")}\nEnd`;
    const solution = highs.solve(text, { mip_rel_gap: 0, mip_abs_gap: 0.5 });
    if (solution.Status !== "Optimal") return null;
    const chosen = names.flatMap((name, at) => ((solution.Columns[name]?.Primal ?? 0) > 0.5 ? [at] : []));
    const { had, idle } = started(chosen, needs, nodes, there);
    if (want.every((key) => had.has(key))) return chosen.reduce((price, at) => price + prices[at]!, 0);
    // What is short in the circle must come from a node that is not chosen yet.
    const short = new Set([...want, ...idle.flatMap((at) => needs[at]!)].filter((key) => !had.has(key)));
    const helpers = nodes.flatMap((node, at) =>
      !chosen.includes(at) && Object.keys(node.outputs).some((key) => short.has(key)) ? [at] : [],
    );
    const calls = idle.length > 0 ? ` - ${idle.map((at) => `x${at}`).join(" - ")} >= ${1 - idle.length}` : " >= 1";
    rows.push(
      helpers.length === 0 ? `- ${idle.map((at) => `x${at}`).join(" - ")} >= ${1 - idle.length}` : sum(helpers) + calls,
    );
  }
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

const sum = (list: readonly number[]): string => list.map((at) => `x${at}`).join(" + ");

function started(
  chosen: readonly number[],
  needs: readonly (readonly string[])[],
  nodes: readonly NodeDefinition[],
  given: ReadonlySet<string>,
): { readonly had: ReadonlySet<string>; readonly idle: readonly number[] } {
  const had = new Set(given);
  let idle = [...chosen];
  for (let before = -1; before !== idle.length;) {
    before = idle.length;
    idle = idle.filter((at) => {
      if (!needs[at]!.every((key) => had.has(key))) return true;
      for (const key of Object.keys(nodes[at]!.outputs)) had.add(key);
      return false;
    });
  }
  return { had, idle };
}
