import { OnexError, type WireClient } from "../../client/wire-client.ts";
import { readTreeNodes } from "./tree-nodes.ts";

/** What became of one node of a tree. */
export interface Registered {
  /** `name@version` */
  readonly node: string;
  /** False when the very same node was registered before. */
  readonly created: boolean;
}

export interface TreeRegistration {
  readonly nodes: readonly Registered[];
  /** The registry version that shows them all; null when the tree has no node. */
  readonly registryVersion: string | null;
}

/** Registers every node of a folder's `.onextree` through the API. Safe to repeat. Rejects with the first refusal, its folder named. */
export async function registerTree(client: WireClient, root: string): Promise<TreeRegistration> {
  const nodes: Registered[] = [];
  let registryVersion: string | null = null;
  for (const { folder, texts } of readTreeNodes(root)) {
    try {
      const answer = await client.nodes.register(texts);
      nodes.push({ node: `${answer.node.name}@${String(answer.node["version"])}`, created: answer.created });
      registryVersion = answer.registry_version;
    } catch (thrown) {
      throw new Error(`${folder} was not registered: ${explain(thrown)}`, { cause: thrown });
    }
  }
  return { nodes, registryVersion };
}

/** An error of the API in one paragraph: what is wrong, every entry of it, and what to do. */
export function explain(thrown: unknown): string {
  if (!(thrown instanceof OnexError)) return thrown instanceof Error ? thrown.message : String(thrown);
  const entries = thrown.errors.map(({ detail, place }) => `\n  ${place === undefined ? "" : `${place}: `}${detail}`);
  return `${thrown.code}: ${thrown.message}${entries.join("")}${thrown.hint === null ? "" : `\n  ${thrown.hint}`}`;
}
