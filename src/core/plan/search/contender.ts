import type { ContractKey, NodeDefinition } from "../../registry/node.ts";
import { compareVersions } from "../../registry/snapshot.ts";
import type { NodeFacts } from "./facts.ts";

/** The shape of a demand that takes the key in any form, as a wanted key does. */
export const ANY_SHAPE = -1;

/** A key in the form one kind of consumer accepts: consumers with the same schema share a demand. */
export interface Demand {
  readonly key: ContractKey;
  readonly keyNumber: number;
  /** Number of the schema the consumer accepts, or ANY_SHAPE. */
  readonly shape: number;
  readonly consumers: Contender[];
  /** The cheapest producer; null until one is known. */
  by: Contender | null;
  /** Price of the whole derivation in millionths; infinite until one is known. */
  cost: number;
}

/** A node the search considers, with what the search learnt of it. */
export interface Contender {
  readonly node: NodeDefinition;
  readonly facts: NodeFacts;
  /** Why the policy keeps it out; empty when it may be used. */
  readonly refusals: readonly string[];
  /** Own price under the search's model. */
  readonly price: number;
  /** What it needs and is not given, one entry a required input. */
  readonly needs: readonly Demand[];
  /** Needs not yet satisfied. */
  waiting: number;
  /** Price of the node and everything it needs; infinite when something it needs cannot be had. */
  cost: number;
  /** Place in the order in which contenders were settled, or -1. A derivation only goes to lower places. */
  place: number;
}

/** Cheapest first, then newest version, then name: the order every tie is broken in. */
export function byCost(a: Contender, b: Contender): number {
  return a.cost - b.cost || preference(a, b);
}

/** Newest version first, then by name. */
export function preference(a: Contender, b: Contender): number {
  if (a.facts.age !== b.facts.age) return b.facts.age - a.facts.age;
  if (a.node.name !== b.node.name) return a.node.name < b.node.name ? -1 : 1;
  return compareVersions(b.node.version, a.node.version);
}
