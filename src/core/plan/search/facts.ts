import type { JsonSchema } from "../../../../contracts/json/json.ts";
import type { ContractKey, NodeDefinition } from "../../registry/node.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import type { TrustScore } from "../../trust/score.ts";
import { trustOf } from "./eligible.ts";
import { shapesOf, type Shapes } from "./shapes.ts";

/** A key of a node, with the numbers of key and schema in the snapshot. */
export interface Port {
  readonly key: ContractKey;
  readonly keyNumber: number;
  readonly shape: number;
}

/** What every search asks of a node, worked out once per snapshot. */
export interface NodeFacts {
  /** Counts up from 0 in the order in which nodes are met. */
  readonly number: number;
  readonly node: NodeDefinition;
  readonly trust: TrustScore;
  /** major·10¹² + minor·10⁶ + patch: versions compare as numbers. */
  readonly age: number;
  readonly required: readonly Port[];
  readonly outputs: readonly Port[];
}

const tables = new WeakMap<RegistrySnapshot, Facts>();

/** The facts of a snapshot; they grow as nodes are met and go when the snapshot goes. */
export function factsOf(snapshot: RegistrySnapshot): Facts {
  const known = tables.get(snapshot);
  if (known) return known;
  const made = new Facts(snapshot);
  tables.set(snapshot, made);
  return made;
}

/** Nodes and keys of one snapshot by number: a search then needs arrays where it would need maps. */
export class Facts {
  readonly shapes: Shapes;
  readonly #snapshot: RegistrySnapshot;
  readonly #byNode = new Map<NodeDefinition, NodeFacts>();
  readonly #numbers = new Map<ContractKey, number>();
  readonly #keys: ContractKey[] = [];
  readonly #producers: (readonly NodeFacts[] | undefined)[] = [];
  readonly #ages = new Map<string, number>();

  constructor(snapshot: RegistrySnapshot) {
    this.#snapshot = snapshot;
    this.shapes = shapesOf(snapshot);
  }

  /** How many nodes have been met. */
  get nodes(): number {
    return this.#byNode.size;
  }

  /** How many keys have been met. */
  get keys(): number {
    return this.#keys.length;
  }

  of(node: NodeDefinition): NodeFacts {
    let facts = this.#byNode.get(node);
    if (!facts) this.#byNode.set(node, (facts = this.#workOut(node)));
    return facts;
  }

  numberOf(key: ContractKey): number {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#keys.push(key) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }

  /** Nodes that declare the key as an output, in the snapshot's order. */
  producers(keyNumber: number): readonly NodeFacts[] {
    const known = this.#producers[keyNumber];
    if (known) return known;
    const nodes = this.#snapshot.producers.get(this.#keys[keyNumber] ?? "") ?? [];
    const made = nodes.map((node) => this.of(node));
    this.#producers[keyNumber] = made;
    return made;
  }

  #workOut(node: NodeDefinition): NodeFacts {
    const required: Port[] = [];
    for (const [key, input] of Object.entries(node.inputs)) {
      if (!input.optional) required.push(this.#port(key, input.schema));
    }
    const outputs: Port[] = [];
    for (const [key, schema] of Object.entries(node.outputs)) outputs.push(this.#port(key, schema));
    const trust = trustOf(this.#snapshot, node);
    return { number: this.#byNode.size, node, trust, age: this.#ageOf(node.version), required, outputs };
  }

  #port(key: ContractKey, schema: JsonSchema): Port {
    return { key, keyNumber: this.numberOf(key), shape: this.shapes.numberOf(schema) };
  }

  #ageOf(version: string): number {
    let age = this.#ages.get(version);
    if (age === undefined) {
      age = version.split(".").reduce((sum, part, i) => sum + Number(part) * 1_000_000 ** (2 - i), 0);
      this.#ages.set(version, age);
    }
    return age;
  }
}
