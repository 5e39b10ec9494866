import type { JsonSchema } from "../../../contracts/json.ts";
import type { ContractKey, NodeDefinition } from "../registry/node.ts";
import type { RegistrySnapshot } from "../registry/snapshot.ts";
import type { TrustScore } from "../trust/score.ts";
import { trustOf } from "./eligible.ts";
import { shapesOf } from "./shapes.ts";

/** A key with its schema and the schema's number in the snapshot. */
export interface Port {
  readonly key: ContractKey;
  readonly schema: JsonSchema;
  readonly shape: number;
}

/** What every search asks of a node, worked out once per snapshot. */
export interface NodeFacts {
  readonly node: NodeDefinition;
  readonly trust: TrustScore;
  /** major·10¹² + minor·10⁶ + patch: versions compare as numbers. */
  readonly age: number;
  readonly required: readonly Port[];
  readonly outputs: readonly Port[];
}

const tables = new WeakMap<RegistrySnapshot, Map<NodeDefinition, NodeFacts>>();

/** Looks up the facts of a snapshot's nodes; what was never asked for is never worked out. */
export function factsOf(snapshot: RegistrySnapshot): (node: NodeDefinition) => NodeFacts {
  let table = tables.get(snapshot);
  if (!table) tables.set(snapshot, (table = new Map<NodeDefinition, NodeFacts>()));
  const known = table;
  return (node) => {
    let facts = known.get(node);
    if (!facts) known.set(node, (facts = workOut(node, snapshot)));
    return facts;
  };
}

function workOut(node: NodeDefinition, snapshot: RegistrySnapshot): NodeFacts {
  const shapes = shapesOf(snapshot);
  const port = (key: ContractKey, schema: JsonSchema): Port => ({ key, schema, shape: shapes.numberOf(schema) });
  return {
    node,
    trust: trustOf(snapshot, node),
    age: ageOf(node.version),
    required: Object.entries(node.inputs).flatMap(([key, input]) => (input.optional ? [] : [port(key, input.schema)])),
    outputs: Object.entries(node.outputs).map(([key, schema]) => port(key, schema)),
  };
}

const ageOf = (version: string): number =>
  version.split(".").reduce((sum, part, i) => sum + Number(part) * 1_000_000 ** (2 - i), 0);
