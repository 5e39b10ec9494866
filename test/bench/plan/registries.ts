import type { Graph, GraphStep } from "../../../src/core/plan/model/graph.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import { buildSnapshot, type RegistrySnapshot } from "../../../src/core/registry/snapshot.ts";

/** Pseudo-random numbers in [0, 1), the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

/**
 * A registry in layers: every key of a layer has `variants` producers of different costs, each of which needs two keys of
 * the layer before. A goal on the last layer therefore needs `depth` nodes in a row, and nearly every node matters to it.
 */
export function layered(nodes: number, depth: number, variants: number, seed = 1): RegistrySnapshot {
  const random = seeded(seed);
  const width = Math.max(1, Math.round(nodes / depth / variants));
  const definitions: NodeDefinition[] = [];
  for (let layer = 0; layer < depth; layer++) {
    for (let at = 0; at < width; at++) {
      for (let variant = 0; variant < variants; variant++) {
        const needs = layer === 0 ? ["given.text"] : [0, 1].map(() => keyOf(layer - 1, Math.floor(random() * width)));
        definitions.push(
          definition(`n${layer}_${at}_${variant}`, [...new Set(needs)], [keyOf(layer, at)], {
            cost: 1 + Math.floor(random() * 9),
            latencyMs: 10 + Math.floor(random() * 200),
            kind: random() < 0.1 ? "effect" : "compute",
          }),
        );
      }
    }
  }
  return buildSnapshot("bench", definitions, new Map());
}

export const keyOf = (layer: number, at: number): string => `layer${layer}.key${at}`;

/** A graph in which every step takes a value of one of the 20 steps before it and comes after another of them. */
export function wideGraph(steps: number, seed = 1): { readonly graph: Graph; readonly snapshot: RegistrySnapshot } {
  const random = seeded(seed);
  const nodes = [
    definition("source", [], ["value"], { cost: 1 }),
    definition("pure", ["value"], ["value"], { cost: 1 }),
    definition("effect", ["value"], ["value"], { cost: 1, kind: "effect" }),
  ];
  const earlier = (i: number): number => Math.max(0, i - 1 - Math.floor(random() * 20));
  const list = Array.from({ length: steps }, (_, i): GraphStep => {
    if (i === 0) return { id: "s0", node: "source" };
    const [from, after] = [earlier(i), earlier(i)];
    const node = random() < 0.1 ? "effect" : "pure";
    return {
      id: `s${i}`,
      node,
      inputs: { value: `s${from}.value` },
      ...(after === from ? {} : { after: [`s${after}`] }),
    };
  });
  return {
    graph: { steps: list, given: [], want: [`s${steps - 1}.value`] },
    snapshot: buildSnapshot("bench", nodes, new Map()),
  };
}

export function definition(
  name: string,
  needs: readonly string[],
  yields: readonly string[],
  { cost, latencyMs = 10, kind = "compute" }: { cost: number; latencyMs?: number; kind?: "compute" | "effect" },
): NodeDefinition {
  return {
    name,
    version: "1.0.0",
    uuid: "00000000-0000-4000-8000-000000000000",
    namespace: `onex.bench.${name}`,
    description: "",
    lifecycle: "active",
    kind,
    entrypoint: { type: "builtin", target: name },
    inputs: Object.fromEntries(needs.map((key) => [key, { schema: { type: "string" }, optional: false }])),
    outputs: Object.fromEntries(yields.map((key) => [key, { type: "string" }])),
    inputState: {},
    outputState: {},
    execution: {
      cost,
      latencyMs,
      timeoutMs: 1_000,
      retry: { maxRetries: 3, backoff: "exponential", baseMs: 100, maxMs: 5_000 },
      cache: null,
    },
    config: {},
    tags: [],
    group: null,
    declaredTrust: null,
    hash: "0".repeat(64),
    digest: name,
  };
}
