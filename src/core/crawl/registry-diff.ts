/** A node as its sources or a registry have it. */
export interface RegistryNode {
  readonly name: string;
  readonly version: string;
  /** SHA-256 over metadata, contract and code. */
  readonly digest: string;
  readonly lifecycle: string;
}

/** `missing`: has sources and is not registered. `changed`: registered with other content. `extra`: has no sources. */
export type DifferenceKind = "missing" | "changed" | "lifecycle" | "extra";

/** One disagreement, and in words. */
export interface RegistryDifference {
  readonly kind: DifferenceKind;
  /** `name@version`. */
  readonly node: string;
  readonly message: string;
}

/** Where sources and registry disagree, sorted by node. A lifecycle may have moved in the registry alone. */
export function registryDifferences(
  sources: readonly RegistryNode[],
  registered: readonly RegistryNode[],
): readonly RegistryDifference[] {
  const known = new Map(registered.map((node) => [refOf(node), node]));
  const wanted = new Set(sources.map(refOf));
  const found: RegistryDifference[] = [];
  for (const source of sources) {
    const node = refOf(source);
    const there = known.get(node);
    if (there === undefined) found.push({ kind: "missing", node, message: `${node} is not registered` });
    else if (there.digest !== source.digest) {
      found.push({ kind: "changed", node, message: `${node} is registered with other content` });
    } else if (there.lifecycle !== source.lifecycle) {
      const message = `${node} is ${there.lifecycle} in the registry and ${source.lifecycle} in its sources`;
      found.push({ kind: "lifecycle", node, message });
    }
  }
  for (const node of known.keys()) {
    if (!wanted.has(node)) found.push({ kind: "extra", node, message: `${node} is registered and has no sources` });
  }
  return found.sort((a, b) => (a.node < b.node ? -1 : a.node > b.node ? 1 : 0));
}

const refOf = ({ name, version }: RegistryNode): string => `${name}@${version}`;
