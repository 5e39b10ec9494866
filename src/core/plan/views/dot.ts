import type { EdgeKind, Plan } from "../model/plan.ts";
import { planEdges } from "../model/plan-index.ts";

const STYLE: Record<EdgeKind, string> = { value: "solid", signal: "dashed", gate: "dotted" };

/** The plan as a Graphviz digraph: segments as clusters, signals dashed, gates dotted. */
export function dotView(plan: Plan): string {
  const stepById = new Map(plan.steps.map((step) => [step.id, step]));
  const clusters = plan.segments.flatMap((segment, i) => [
    `  subgraph "cluster_${i}" {`,
    `    label=${quoted(segment.inline ? `${segment.id} inline` : segment.id)};`,
    ...segment.steps.map((id) => {
      const step = stepById.get(id);
      return `    ${quoted(`step ${id}`)} [label=${quoted(`${id}\n${step?.node ?? ""}@${step?.version ?? ""}`)}];`;
    }),
    "  }",
  ]);
  const edges = planEdges(plan).map(
    ({ from, to, kind, key }) =>
      `  ${quoted(`step ${from}`)} -> ${quoted(`step ${to}`)} [style=${STYLE[kind]}${key === null ? "" : `, label=${quoted(key)}`}];`,
  );
  const given = plan.steps.flatMap((step) =>
    Object.values(step.inputs).flatMap(({ step: from, key }) =>
      from === null ? [`  ${quoted(`given ${key}`)} -> ${quoted(`step ${step.id}`)};`] : [],
    ),
  );
  const results = Object.entries(plan.results).map(
    ([name, { step, key }]) =>
      `  ${quoted(step === null ? `given ${key}` : `step ${step}`)} -> ${quoted(`result ${name}`)};`,
  );
  return [
    "digraph plan {",
    "  rankdir=TB;",
    "  node [shape=box];",
    ...clusters,
    ...given,
    ...edges,
    ...results,
    "}",
  ].join("\n");
}

const quoted = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
