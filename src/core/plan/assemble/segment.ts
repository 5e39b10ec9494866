import { VertexSets, type VertexSet } from "../graph/ancestors.ts";
import type { DraftStep } from "../model/draft-step.ts";
import { order } from "../graph/order.ts";
import type { Segment } from "../model/plan.ts";
import { entrypointTraits } from "../../registry/entrypoints.ts";
import type { Policy } from "../model/policy.ts";

/**
 * Whether a step may share an invocation with others: pure, local and cheap. A gated step may not: whether it runs is
 * decided by the reducer, between segments. Nor may one with limits: it may have to wait for its turn.
 */
export function isFusible(step: Pick<DraftStep, "node" | "when">, policy: Policy): boolean {
  const { kind, entrypoint, execution } = step.node;
  return (
    policy.fusion === "auto" &&
    step.when === undefined &&
    execution.limits === undefined &&
    kind === "compute" &&
    entrypointTraits(entrypoint.type).pure &&
    execution.cost <= policy.cheap.cost &&
    execution.timeoutMs <= policy.cheap.timeoutMs
  );
}

/**
 * Cuts a plan into segments. A step that is not fusible is a segment of its own. Fusible steps joined by an edge share a
 * segment when exactly the same non-fusible steps come before both: so no step waits for anything it does not need, and
 * no path leaves a segment and returns. Segments over the policy's budget are split along their order.
 *
 * `steps` is in topological order and `before[i]` holds the places of the steps that step i waits for. Segments come out
 * in a topological order of their own.
 */
export function segmentSteps(
  steps: readonly DraftStep[],
  before: readonly (readonly number[])[],
  policy: Policy,
): readonly Segment[] {
  const fusible = steps.map((step) => isFusible(step, policy));
  const ancestors = fusible.includes(true) ? heavyAncestors(before, fusible) : [];
  const groups = fuse(before, fusible, ancestors);
  const pieces = groups.flatMap((group) => split(group, before, steps, policy));
  return arrange(pieces, before).map((piece, place) => {
    const first = piece[0] ?? 0;
    return {
      id: `s${place}`,
      steps: piece.map((vertex) => steps[vertex]?.id ?? ""),
      inline: policy.inline === "auto" && fusible[first] === true && ancestors[first]?.size === 0,
    };
  });
}

/** For every step, the non-fusible steps somewhere before it. */
function heavyAncestors(before: readonly (readonly number[])[], fusible: readonly boolean[]): readonly VertexSet[] {
  const heavy = new Map<number, number>();
  fusible.forEach((light, vertex) => {
    if (!light) heavy.set(vertex, heavy.size);
  });
  const sets = new VertexSets(heavy.size);
  const found: VertexSet[] = [];
  const withSelf = new Map<number, VertexSet>();
  for (const dependencies of before) {
    let set = sets.empty;
    for (const dependency of dependencies) {
      const inherited = found[dependency] ?? sets.empty;
      const number = heavy.get(dependency);
      let offered = inherited;
      if (number !== undefined) {
        offered = withSelf.get(dependency) ?? sets.with(inherited, number);
        withSelf.set(dependency, offered);
      }
      set = sets.union(set, offered);
    }
    found.push(set);
  }
  return found;
}

/** Connected components of fusible steps with the same heavy ancestors; every other step alone. */
function fuse(
  before: readonly (readonly number[])[],
  fusible: readonly boolean[],
  ancestors: readonly VertexSet[],
): readonly (readonly number[])[] {
  const leader = before.map((_, vertex) => vertex);
  const find = (vertex: number): number => {
    let at = vertex;
    for (let up = leader[at] ?? at; up !== at; up = leader[at] ?? at) {
      leader[at] = leader[up] ?? up;
      at = up;
    }
    return at;
  };
  before.forEach((dependencies, vertex) => {
    if (!fusible[vertex]) return;
    for (const dependency of dependencies) {
      if (fusible[dependency] && ancestors[dependency] === ancestors[vertex]) leader[find(vertex)] = find(dependency);
    }
  });
  const groups = new Map<number, number[]>();
  before.forEach((_, vertex) => {
    const head = find(vertex);
    const group = groups.get(head);
    if (group) group.push(vertex);
    else groups.set(head, [vertex]);
  });
  return [...groups.values()];
}

/** Consecutive pieces of a depth-first order, each within the budget: chains stay together, values travel little. */
function split(
  group: readonly number[],
  before: readonly (readonly number[])[],
  steps: readonly DraftStep[],
  policy: Policy,
): readonly (readonly number[])[] {
  const { maxSteps, timeoutMs } = policy.segment;
  const timeOf = (vertex: number): number => steps[vertex]?.node.execution.timeoutMs ?? 0;
  const total = group.reduce((sum, vertex) => sum + timeOf(vertex), 0);
  if (group.length === 1 || (group.length <= maxSteps && total <= timeoutMs)) return [group];
  const pieces: number[][] = [];
  let piece: number[] = [];
  let spent = 0;
  for (const vertex of depthFirst(group, before)) {
    if (piece.length > 0 && (piece.length >= maxSteps || spent + timeOf(vertex) > timeoutMs)) {
      pieces.push(piece);
      piece = [];
      spent = 0;
    }
    piece.push(vertex);
    spent += timeOf(vertex);
  }
  pieces.push(piece);
  return pieces;
}

/** A topological order of the group that, beginning at its last steps, takes each with everything before it. */
function depthFirst(group: readonly number[], before: readonly (readonly number[])[]): readonly number[] {
  const members = new Set(group);
  const placed = new Set<number>();
  const result: number[] = [];
  for (const start of group.toReversed()) {
    const open: number[] = [start];
    for (let vertex = open.at(-1); vertex !== undefined; vertex = open.at(-1)) {
      const missing = placed.has(vertex) ? [] : (before[vertex] ?? []).filter((d) => members.has(d) && !placed.has(d));
      if (missing.length > 0) {
        open.push(...missing);
        continue;
      }
      open.pop();
      if (!placed.has(vertex)) result.push(vertex);
      placed.add(vertex);
    }
  }
  return result;
}

/** Orders the pieces so that none comes before one it waits for. */
function arrange(
  pieces: readonly (readonly number[])[],
  before: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  const sorted = [...pieces].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
  const pieceOf: number[] = [];
  sorted.forEach((piece, place) => {
    for (const vertex of piece) pieceOf[vertex] = place;
  });
  const hard = sorted.map((piece, place) => {
    const waits = new Set<number>();
    for (const vertex of piece) for (const dependency of before[vertex] ?? []) waits.add(pieceOf[dependency] ?? place);
    waits.delete(place);
    return [...waits];
  });
  const ordered = order({ hard });
  return "cycle" in ordered ? sorted : ordered.order.map((place) => sorted[place] ?? []);
}
