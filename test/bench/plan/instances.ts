import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import { buildSnapshot, type RegistrySnapshot } from "../../../src/core/registry/snapshot.ts";
import { definition, seeded } from "./registries.ts";

/** A registry and a goal on it. */
export interface Instance {
  readonly name: string;
  readonly nodes: readonly NodeDefinition[];
  readonly snapshot: RegistrySnapshot;
  readonly want: readonly string[];
  readonly given: readonly string[];
}

/** What decides how hard an instance is. */
export interface Shape {
  /** Nodes of the registry; most of them matter to the goal. */
  readonly nodes: number;
  readonly layers: number;
  /** Keys of a layer. */
  readonly width: number;
  /** Keys a node yields at most: the more, the more is shared. */
  readonly outputs: number;
  /** Keys a node needs at most. */
  readonly needs: number;
  readonly wants: number;
  /** What nodes cost: all the same, evenly spread over 1 to 9, or over three orders of magnitude. */
  readonly costs: "same" | "even" | "wide";
}

/**
 * A registry in layers whose nodes yield several keys at once and need several of the layers before: the cheapest plan
 * pays for what is shared once, and the cheapest derivation of each key by itself is seldom a part of it.
 */
export function instance(shape: Shape, seed: number): Instance {
  const random = seeded(seed * 7_919 + 13);
  const whole = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  const price = (): number =>
    shape.costs === "same" ? 10 : shape.costs === "even" ? whole(1, 9) : Math.round(10 ** (random() * 3) * 10) / 10;
  const keyAt = (layer: number): string => `l${layer}.k${whole(0, shape.width - 1)}`;
  const nodes: NodeDefinition[] = [];
  const add = (layer: number, first: string | null): void => {
    const yields = new Set(first === null ? [] : [first]);
    const many = whole(1, shape.outputs);
    while (yields.size < Math.min(many, shape.width)) yields.add(keyAt(layer));
    const needs = new Set<string>();
    if (layer === 0) needs.add("given.text");
    else
      for (let i = whole(1, shape.needs); i > 0; i--)
        needs.add(keyAt(random() < 0.8 ? layer - 1 : whole(0, layer - 1)));
    nodes.push(definition(`n${nodes.length}`, [...needs], [...yields], { cost: price(), latencyMs: 0 }));
  };
  for (let layer = 0; layer < shape.layers; layer++) {
    for (let at = 0; at < shape.width; at++) add(layer, `l${layer}.k${at}`);
  }
  while (nodes.length < shape.nodes) add(whole(0, shape.layers - 1), null);
  const want = new Set<string>();
  while (want.size < Math.min(shape.wants, shape.width)) want.add(keyAt(shape.layers - 1));
  return {
    name: `${JSON.stringify(shape)} #${seed}`,
    nodes,
    snapshot: buildSnapshot(`instance ${seed}`, nodes, new Map()),
    want: [...want],
    given: ["given.text"],
  };
}

/** The instance of a number: sizes, sharing and costs go round. */
export function numbered(number: number): Instance {
  const random = seeded(number + 1);
  const pick = <T>(...of: readonly [T, ...T[]]): T => of[Math.floor(random() * of.length)] ?? of[0];
  const nodes = 50 + Math.floor(random() * 251);
  const layers = pick(3, 4, 5, 6, 8);
  const shape: Shape = {
    nodes,
    layers,
    width: Math.max(3, Math.round(nodes / layers / pick(2, 3, 4))),
    outputs: pick(1, 2, 3, 4),
    needs: pick(1, 2, 3),
    wants: pick(1, 2, 4, 6),
    costs: pick("same", "even", "wide"),
  };
  return instance(shape, number);
}
