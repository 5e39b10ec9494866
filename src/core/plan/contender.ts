import type { JsonSchema } from "../../../contracts/json.ts";
import type { ContractKey, NodeDefinition } from "../registry/node.ts";
import { compareVersions } from "../registry/snapshot.ts";

/** A key in the form one kind of consumer accepts: consumers with the same schema share a demand. */
export interface Demand {
  readonly key: ContractKey;
  /** What the consumer accepts; null when any form will do, as for a wanted key. */
  readonly schema: JsonSchema | null;
  readonly consumers: Contender[];
  /** The cheapest producer; null until one is known. */
  by: Contender | null;
  /** Price of the whole derivation in millionths; infinite until one is known. */
  cost: number;
}

/** A node the search considers, with what the search learnt of it. */
export interface Contender {
  readonly node: NodeDefinition;
  /** Why the policy keeps it out; empty when it may be used. */
  readonly refusals: readonly string[];
  /** Own price under the search's model. */
  readonly price: number;
  /** What it needs and is not given, one entry a required input. */
  readonly needs: readonly Demand[];
  /** major·10¹² + minor·10⁶ + patch: versions compare as numbers. */
  readonly age: number;
  /** Needs not yet satisfied. */
  waiting: number;
  /** Price of the node and everything it needs; infinite when something it needs cannot be had. */
  cost: number;
  /** Place in the order in which contenders were settled, or -1. A derivation only goes to lower places. */
  place: number;
}

export const ageOf = (version: string): number =>
  version.split(".").reduce((sum, part, i) => sum + Number(part) * 1_000_000 ** (2 - i), 0);

/** Cheapest first, then newest version, then name: the order every tie is broken in. */
export function byCost(a: Contender, b: Contender): number {
  return a.cost - b.cost || preference(a, b);
}

/** Newest version first, then by name. */
export function preference(a: Contender, b: Contender): number {
  if (a.age !== b.age) return b.age - a.age;
  if (a.node.name !== b.node.name) return a.node.name < b.node.name ? -1 : 1;
  return compareVersions(b.node.version, a.node.version);
}
