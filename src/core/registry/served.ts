import { operationOf } from "../declared/operation-of.ts";
import { ENTRYPOINTS, ENTRYPOINT_TYPES, entrypointTraits } from "./entrypoints.ts";
import type { CallProfile } from "../operation/operation-node.ts";
import type { NodeDefinition } from "./node.ts";

/** A handler or pool, as the planner knows it. */
export interface Serving {
  /** The name entrypoint types call it by. */
  readonly type: string;
  /** The entrypoint targets it knows; any when left out. */
  readonly targets?: readonly string[];
  /** How it is called, where its binding says so. */
  readonly profile?: CallProfile;
}

/** What a deployment can execute. Plans are made of nothing else. */
export interface Served {
  /** Entrypoint type → the targets that somebody executes; null for any. */
  readonly targets: ReadonlyMap<string, ReadonlySet<string> | null>;
  /** Handler → how it is called, for those whose binding says so. */
  readonly profiles: ReadonlyMap<string, CallProfile>;
  /** The handlers and pools there are, sorted. */
  readonly names: readonly string[];
  /** Deployments that serve the same have the same text: part of the question whose answer is a plan. */
  readonly text: string;
}

/** What the engine executes by itself, together with what these handlers and pools do. */
export function servedBy(serving: Iterable<Serving>): Served {
  const all = [...serving];
  const byName = new Map(all.map(({ type, targets }) => [type, targets ? new Set(targets) : null]));
  const names = [...byName.keys()].sort();
  const targets = ENTRYPOINT_TYPES.flatMap((type): [string, ReadonlySet<string> | null][] => {
    const { runs, servedBy: name } = ENTRYPOINTS[type];
    if (name === null) return runs === "ring" || runs === "graph" ? [[type, null]] : [];
    const known = byName.get(name);
    return known === undefined ? [] : [[type, known]];
  });
  const text = JSON.stringify(names.map((name) => [name, byName.get(name) && [...(byName.get(name) ?? [])].sort()]));
  const profiles = new Map(all.flatMap(({ type, profile }) => (profile ? [[type, profile] as const] : [])));
  return { targets: new Map(targets), profiles, names, text };
}

/** Whether somebody here can execute a step of the node. */
export function isServed(node: NodeDefinition, served: Served): boolean {
  const targets = served.targets.get(node.entrypoint.type);
  return targets === null || (targets?.has(operationOf(node)) ?? false);
}

/** Why nobody here can execute a step of the node; null when somebody can. */
export function unservedReason(node: NodeDefinition, served: Served): string | null {
  if (isServed(node, served)) return null;
  const { type, target } = node.entrypoint;
  const { runs, servedBy: name } = entrypointTraits(type);
  if (runs === "bus") return `a ${type} node starts runs and is no step of one`;
  if (runs === "pool") return `no runner here serves the pool ${name ?? type}, and its entrypoint is ${type}`;
  if (type === "service" && served.targets.has(type))
    return `no Worker is bound here as ${JSON.stringify(operationOf(node))}`;
  return served.targets.has(type)
    ? `the ${type} handler here does not know ${JSON.stringify(target)}`
    : `no handler here executes ${type} entrypoints`;
}
